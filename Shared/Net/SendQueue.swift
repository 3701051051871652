import Glibc
import Threads

/// The bytes that wait to leave over one socket, and the socket's end.
///
/// Any thread may add frames. They are sent without blocking: at once, or at the end of the thread's `FlushScope`; what the kernel
/// doesn't take is left to the process's `Flusher`, which cuts the connection when nothing moves for `stallMillisecondsMax`.
final class SendQueue: @unchecked Sendable {  // All mutable state is guarded by `lock`.
    /// What may wait while the peer doesn't read (DESIGN §2: 8 MiB per connection each way).
    static let waitingBytesMax = 8 * 1024 * 1024
    /// So much is not held back for the end of a scope.
    static let heldBytesMax = 256 * 1024
    /// A frame of this size gains nothing by leaving with others, and would have to be copied.
    static let coalescedBytesMax = 4 * 1024
    /// A buffer that grew beyond this is given back once it is empty.
    private static let keptBytesMax = 256 * 1024

    enum Admission { case taken, full }
    enum Progress { case drained, moved, stuck, ended }

    private enum State { case open, cut, closed }

    let socket: Socket
    let stallMillisecondsMax: Int64
    /// Its connection's too: what is under way there and what waits here change together.
    let lock = Lock()
    private let budget: WeightBudget?
    private let settled: Condition
    @exclusivity(unchecked) private var isAwaited = false
    @exclusivity(unchecked) private var state = State.open
    @exclusivity(unchecked) private var pending: [UInt8] = []
    @exclusivity(unchecked) private var head = 0
    @exclusivity(unchecked) private var isStalled = false
    private var hasStalledOut = false
    @exclusivity(unchecked) private var weighed = 0
    @exclusivity(unchecked) private var notes: FlushNotes?
    @exclusivity(unchecked) private var sent: Int64 = 0

    init(_ socket: Socket, budget: WeightBudget?, stallMillisecondsMax: Int64) {
        self.socket = socket
        self.budget = budget
        self.stallMillisecondsMax = stallMillisecondsMax
        settled = Condition(lock)
    }

    /// Adds a whole frame; `full` when the peer reads too slowly for it to wait. A connection that ended drops it silently.
    /// - Parameter isUrgent: leaves now, although a scope is open on this thread.
    @discardableResult
    func add(_ frame: [UInt8], isUrgent: Bool = false) -> Admission { lock.withLock { addHeld(frame, isUrgent: isUrgent) } }

    /// Sends what the scope's thread noted.
    func flush(notedBy thread: FlushNotes) {
        lock.withLock {
            if notes === thread { notes = nil }
            if waiting > 0, !isStalled { sendWaiting() }
        }
    }

    /// Goes on where the kernel took no more; for the flusher.
    func flushStalled() -> Progress {
        lock.withLock {
            guard state == .open else { return .ended }
            let before = sent
            sendWaiting()
            if state != .open { return .ended }
            if waiting == 0 { return .drained }
            return sent > before ? .moved : .stuck
        }
    }

    /// The flusher doesn't watch the descriptor any more: from here on this queue sends by itself, and closes by itself.
    func resume() {
        lock.withLock {
            isStalled = false
            if state == .open, waiting > 0 { sendWaiting() }
        }
    }

    /// Ends the connection in both directions; the thread that reads it wakes.
    func cut(asStalled: Bool = false) {
        lock.withLock {
            hasStalledOut = asStalled && state == .open
            cutHeld()
        }
    }

    /// Whether it ended because the peer took nothing for too long.
    var wasStalled: Bool { lock.withLock { hasStalledOut } }

    /// Wakes the thread that reads: it gets what has arrived, then the end.
    func endReading() { lock.withLock { if state == .open { shutdown(socket.descriptor, Int32(SHUT_RD)) } } }

    /// Tells the peer that nothing more comes.
    func endSending() { lock.withLock { if state == .open { socket.finishSending() } } }

    /// Waits until everything left or the connection ended; false when the time ran out.
    func waitUntilSent(milliseconds: Int64) -> Bool {
        let start = EventLoop.monotonicMilliseconds()
        return lock.withLock {
            isAwaited = true
            while waiting > 0 {
                let left = milliseconds - (EventLoop.monotonicMilliseconds() - start)
                if left <= 0 || !settled.wait(milliseconds: left) { return waiting == 0 }
            }
            return true
        }
    }

    /// Gives the descriptor back. Called once, by the one who read from the socket, when nobody reads any more.
    func close() {
        lock.withLock {
            cutHeld()
            precondition(state != .closed, "a connection is closed once")
            state = .closed
            // The flusher stops watching a descriptor before anyone closes it.
            if isStalled { Flusher.process.release(self) } else { socket.close() }
        }
    }

    var isOpen: Bool { lock.withLock { isOpenHeld } }

    // MARK: The caller holds the lock

    var waiting: Int { pending.count - head }
    var sentBytes: Int64 { sent }
    var isOpenHeld: Bool { state == .open }

    /// As `add`.
    func addHeld(_ frame: [UInt8], isUrgent: Bool = false) -> Admission {
        guard state == .open else { return .taken }
        if isStalled {
            guard waiting + frame.count <= SendQueue.waitingBytesMax, budget?.take(frame.count) ?? true else { return .full }
            weighed += frame.count
            append(frame)
            return .taken
        }
        if !isUrgent, frame.count < SendQueue.coalescedBytesMax, waiting < SendQueue.heldBytesMax, let open = FlushNotes.open {
            append(frame)
            if notes !== open {
                notes = open
                open.note(self)
            }
            return .taken
        }
        if waiting > 0 { append(frame) } else { sendFirst(frame) }
        if waiting > 0 { sendWaiting() }
        return .taken
    }

    private func append(_ frame: [UInt8]) {
        if head > SendQueue.keptBytesMax, head > waiting {
            pending.removeFirst(head)
            head = 0
        }
        // The only one, as a rule: it waits where it was written, unless a place for many is there.
        if pending.isEmpty, pending.capacity < SendQueue.coalescedBytesMax { pending = frame } else { pending.append(contentsOf: frame) }
    }

    /// Nothing waits: a frame that the kernel takes whole is never copied.
    private func sendFirst(_ frame: [UInt8]) {
        let count = count(frame.withUnsafeBytes { SendQueue.send($0, socket) })
        if count < frame.count, state == .open { pending.append(contentsOf: frame[count...]) }
    }

    private func sendWaiting() {
        head += count(pending.withUnsafeBytes { SendQueue.send(UnsafeRawBufferPointer(rebasing: $0[head...]), socket) })
        guard state == .open else { return }
        if waiting == 0 {
            pending.removeAll(keepingCapacity: pending.capacity <= SendQueue.keptBytesMax)
            head = 0
            if isAwaited { settled.broadcast() }
        } else if !isStalled {
            isStalled = true
            Flusher.process.watch(self)
        }
        weigh(isStalled ? waiting : 0)
    }

    /// Accounts for what `send` did; how much the kernel took, 0 when that ended the connection.
    private func count(_ outcome: (done: Int, failed: Bool)) -> Int {
        sent += Int64(outcome.done)
        guard outcome.failed else { return outcome.done }
        cutHeld()
        return 0
    }

    /// Sends until the kernel takes no more.
    private static func send(_ bytes: UnsafeRawBufferPointer, _ socket: Socket) -> (done: Int, failed: Bool) {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        var done = 0
        while done < bytes.count {
            let count = Glibc.send(socket.descriptor, bytes.baseAddress! + done, bytes.count - done, flags)
            if count >= 0 {
                done += count
            } else if errno == EAGAIN || errno == EWOULDBLOCK {
                return (done, false)
            } else if errno != EINTR {
                return (done, true)
            }
        }
        return (done, false)
    }

    /// As `cut`.
    func cutHeld() {
        guard state == .open else { return }
        state = .cut
        pending = []
        head = 0
        weigh(0)
        socket.shutDown()
        settled.broadcast()
    }

    private func weigh(_ bytes: Int) {
        if bytes > weighed { budget?.takeRegardless(bytes - weighed) }
        if bytes < weighed { budget?.give(weighed - bytes) }
        weighed = bytes
    }
}
