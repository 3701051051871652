import Digest
import Glibc
import Policy
import Synchronization
import Threads
import Wire

/// A peer's side of the mesh: calls to one service over one connection, from many threads, answered in any order.
///
/// It connects at the first call and again, with pauses that grow, while calls wait; what may be repeated is sent again, the others
/// get `unavailable`: their outcome is unknown. Whoever waits reads: a blocked caller reads the socket itself when nobody else
/// does, so a lone call costs one send and one receive. Asynchronous calls are read by the client's own thread.
public final class MeshClient: Transport, @unchecked Sendable {  // All mutable state is guarded by `lock`.
    /// After so long without a call the connection is looked at before it is used: its service may have restarted.
    static let idleMilliseconds: Int64 = 50

    enum Waiter {
        case seat(Seat)
        case callback(@Sendable (ReplyBytes) -> Void)
    }

    /// Who reads the connection, or makes a new one.
    enum Leader { case nobody, caller, thread }

    let dial: MeshDial
    let clock: @Sendable () -> Int64
    let lock = Lock()
    private let lastID = Atomic<Int64>(0)
    let threadWake: Condition
    @exclusivity(unchecked) var machine = CallMachine<Waiter>()
    var callbackCount = 0
    @exclusivity(unchecked) var leader = Leader.nobody
    @exclusivity(unchecked) var followers = Followers()
    @exclusivity(unchecked) var link: MeshLink?
    @exclusivity(unchecked) var isClosed = false
    /// Why there is no connection, for those whose time runs out.
    var lastFailure: Fault?
    @exclusivity(unchecked) private var freeSeats: [Seat] = []
    @exclusivity(unchecked) private var usedAt: Int64 = 0
    @exclusivity(unchecked) private var thread: Thread?

    /// Makes no connection yet. `close` it when done.
    /// - Parameters:
    ///   - peer: who this process is; the service must hold the same key for it.
    ///   - name: of a program that is not the mesh's own.
    ///   - keys: by service; the newest for `service` is used.
    ///   - address: asked at each connect, so that a service may come back elsewhere; numeric host. Must not block for long.
    ///   - clock: monotonic milliseconds, some behind at most.
    ///   - random: for nonces, and for spreading reconnects.
    public init(
        peer: Peer, name: String? = nil, service: String, keys: LinkKeys,
        address: @escaping @Sendable () throws -> (host: String, port: UInt16),
        clock: @escaping @Sendable () -> Int64 = EventLoop.coarseMilliseconds,
        random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes
    ) {
        dial = MeshDial(peer: name ?? peer.rawValue, service: service, keys: keys, address: address, random: random)
        self.clock = clock
        threadWake = Condition(lock)
    }

    /// Asynchronous. `receive` runs once, on the thread that reads, inside a `FlushScope`; the bytes it gets are the read buffer's:
    /// it decodes them at once, and never blocks.
    public func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (_ id: Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        let id = lastID.add(1, ordering: .relaxed).newValue
        let bytes = frame(id)
        var queue: SendQueue?
        let now = clock()
        let fault: Fault? = lock.withLock {
            if let fault = submit(bytes, id, now, timeoutMilliseconds, mayRepeat, .callback(receive), &queue) { return fault }
            callbackCount += 1
            if leader == .nobody { give(to: .thread) }
            return nil
        }
        if let fault { return FlushScope.run { receive(.fault(fault)) } }
        if queue?.add(bytes) == .full { turnAway(id) }
    }

    /// Waits for the reply, or for a fault that takes its place, at most `timeoutMilliseconds` (and 50 ms).
    public func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (_ id: Int64) -> [UInt8]) -> ReplyBytes {
        // What this thread owes to others must not wait for our reply.
        FlushScope.flushNow()
        let id = lastID.add(1, ordering: .relaxed).newValue
        let bytes = frame(id)
        let now = clock()
        var queue: SendQueue?
        var leads: MeshLink?
        let (seat, fault) = lock.withLock {
            let seat = freeSeats.popLast() ?? Seat(lock)
            if let fault = submit(bytes, id, now, timeoutMilliseconds, mayRepeat, .seat(seat), &queue) { return (seat, Optional(fault)) }
            if leader == .nobody, link != nil {
                leader = .caller
                leads = link
            } else {
                followers.add(seat)
                if leader == .nobody { give(to: .thread) }
            }
            return (seat, nil)
        }
        if let fault {
            lock.withLock { freeSeats.append(seat) }
            return .fault(fault)
        }
        if queue?.add(bytes, isUrgent: true) == .full { turnAway(id) }
        if let leads, let reply = lead(leads, until: seat) { return reply }
        return follow(seat, deadline: now + timeoutMilliseconds)
    }

    /// Ends the connection and the client's thread; whoever waits gets `unavailable`, as does every call from now on.
    /// Once, and not from a callback.
    public func close() {
        let (waiters, thread) = lock.withLock {
            precondition(!isClosed, "a client is closed once")
            isClosed = true
            link?.queue.cut()
            if leader == .nobody { dropLink() }
            threadWake.broadcast()
            callbackCount = 0
            defer { self.thread = nil }
            return (machine.close(), self.thread)
        }
        settle(waiters, Fault(.unavailable, "the client was closed: the outcome is unknown, read back by key"))
        thread?.join()
    }

    /// Puts a call into the machine: nil, and the queue to send it over if a connection stands. The caller holds the lock.
    private func submit(
        _ bytes: [UInt8], _ id: Int64, _ now: Int64, _ timeout: Int64, _ mayRepeat: Bool, _ waiter: Waiter, _ queue: inout SendQueue?
    ) -> Fault? {
        if isClosed { return Fault(.unavailable, "the client is closed; nothing was sent") }
        if leader == .nobody, now - usedAt > MeshClient.idleMilliseconds, let link, link.isOver {
            dropLink()
            _ = machine.disconnected(now: now, jitter: 0)  // Nobody led, so nobody waits.
        }
        usedAt = now
        if thread == nil { thread = Thread("mesh-client") { [self] in work() } }
        switch machine.submit(id: id, frame: bytes, deadline: now + timeout, mayRepeat: mayRepeat, waiter: waiter) {
        case .overloaded: return Fault(.overloaded, "too many calls are under way; nothing was sent")
        case .tooLarge: return Fault(.tooLarge, "a request has at most \(Frame.lengthMax) bytes; nothing was sent")
        case .send: queue = link?.queue
        case .wait: break
        }
        return nil
    }

    /// Waits until the seat has its reply; leads when asked to.
    private func follow(_ seat: Seat, deadline: Int64) -> ReplyBytes {
        while true {
            var late: [Waiter] = []
            var leads: MeshLink?
            let reply: ReplyBytes? = lock.withLock {
                if let reply = seat.reply { return free(seat, reply) }
                if !seat.mustLead {
                    let left = deadline - clock()
                    // One tick more than the deadline: normally whoever leads expires it.
                    if left > -MeshLink.tickMilliseconds { _ = seat.wake.wait(milliseconds: left + MeshLink.tickMilliseconds) }
                    if let reply = seat.reply { return free(seat, reply) }
                }
                if seat.mustLead {
                    seat.mustLead = false
                    leads = link
                    if leads == nil {
                        followers.add(seat)
                        passLead()
                    }
                } else if clock() >= deadline {
                    late = expired()
                }
                return nil
            }
            if let reply { return reply }
            if let leads, let reply = lead(leads, until: seat) { return reply }
            expire(late)
        }
    }

    /// The caller holds the lock.
    @discardableResult
    func free(_ seat: Seat, _ reply: ReplyBytes) -> ReplyBytes {
        followers.remove(seat)
        if seat.mustLead { passLead() }
        seat.mustLead = false
        seat.reply = nil
        freeSeats.append(seat)
        return reply
    }
}
