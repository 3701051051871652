import Policy
import Threads
import Wire

/// The server's side of one connection: what is under way on it, and how its requests are answered from any thread.
// All mutable state is guarded by `lock`.
final class MeshConnection: @unchecked Sendable {
    enum Admission {
        case admitted
        /// Nothing is executed; the fault says why.
        case rejected(Fault)
    }

    let queue: SendQueue
    private let options: MeshListenerOptions
    private let budget: WeightBudget
    private let lock: Lock
    private let answered: Condition
    @exclusivity(unchecked) private var inFlightBytes = 0
    @exclusivity(unchecked) private var isEnded = false
    @exclusivity(unchecked) private var stopDeadline: Int64?
    @exclusivity(unchecked) private var tally = MeshCounters()

    init(_ socket: Socket, options: MeshListenerOptions, budget: WeightBudget) {
        self.options = options
        self.budget = budget
        queue = SendQueue(socket, budget: budget, stallMillisecondsMax: options.stallMillisecondsMax)
        // The queue's own: one lock a request and one a reply.
        lock = queue.lock
        answered = Condition(lock)
        tally.connections = 1
        tally.connectionsAccepted = 1
    }

    /// Counts a request whose frame has `bytes`, and takes it on if there is room.
    func admit(_ bytes: Int) -> Admission {
        lock.withLock {
            tally.requests += 1
            tally.bytesIn += Int64(bytes)
            if stopDeadline != nil { return .rejected(Fault(.unavailable, "the service is stopping; nothing was executed")) }
            guard tally.inFlight < options.inFlightCountMax, inFlightBytes + bytes <= options.inFlightBytesMax,
                queue.waiting < SendQueue.waitingBytesMax, budget.take(bytes)
            else { return .rejected(Fault(.overloaded, "too much is under way; nothing was executed: send less at once")) }
            tally.inFlight += 1
            inFlightBytes += bytes
            return .admitted
        }
    }

    /// Sends the reply to an admitted request of `bytes`; dropped silently when the connection has ended.
    func answer(_ frame: [UInt8], releasing bytes: Int) {
        lock.withLock {
            guard !isEnded else { return }
            precondition(tally.inFlight > 0, "a request is answered once")
            // Before the reply leaves: a caller at its limit may send its next request as soon as it has it.
            tally.inFlight -= 1
            inFlightBytes -= bytes
            budget.give(bytes)
            put(frame)
            if stopDeadline != nil, tally.inFlight == 0 { answered.broadcast() }
        }
    }

    /// Sends what answers no admitted request.
    func send(_ frame: [UInt8]) { lock.withLock { if !isEnded { put(frame) } } }

    /// Takes no more requests; the reader winds down until `deadline` (monotonic milliseconds).
    func stop(deadline: Int64) {
        lock.withLock { stopDeadline = deadline }
        queue.endReading()
    }

    var stopsAt: Int64? { lock.withLock { stopDeadline } }

    /// Waits until every admitted request is answered and sent; false when that took too long.
    func waitUntilAnswered(deadline: Int64) -> Bool {
        let isAnswered = lock.withLock {
            while tally.inFlight > 0, queue.isOpenHeld {
                let left = deadline - EventLoop.monotonicMilliseconds()
                if left <= 0 || !answered.wait(milliseconds: left) { return tally.inFlight == 0 }
            }
            return tally.inFlight == 0
        }
        return queue.waitUntilSent(milliseconds: deadline - EventLoop.monotonicMilliseconds()) && isAnswered
    }

    /// Ends the connection; late replies are dropped and what it held is given back. For its reader, once.
    func end() {
        lock.withLock {
            isEnded = true
            budget.give(inFlightBytes)
            inFlightBytes = 0
            tally.inFlight = 0
            tally.connections = 0
        }
        queue.close()
    }

    var counters: MeshCounters {
        lock.withLock {
            var counters = tally
            counters.bytesOut = queue.sentBytes
            return counters
        }
    }

    /// The caller holds the lock.
    private func put(_ frame: [UInt8]) {
        if let code = ReplyEnvelope.faultCode(of: frame) { tally.faults[code, default: 0] += 1 }
        guard queue.addHeld(frame) == .full else { return }
        let fault = Fault(.unavailable, "you read too slowly for this reply: the outcome is unknown, read back by key")
        tally.faults[fault.code, default: 0] += 1
        let id: Int64?
        do throws(WireError) { id = try ReplyEnvelope.id(of: frame, Frame.headerBytes..<frame.count) } catch {
            preconditionFailure("the router sends replies: \(error.message)")
        }
        // Even that doesn't fit: the peer takes nothing, and must learn that its calls have no answers.
        if queue.addHeld(ReplyEnvelope.fault(id, fault)) == .full { queue.cutHeld() }
    }
}
