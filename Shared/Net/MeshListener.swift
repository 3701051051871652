import Digest
import Glibc
import Policy
import Threads
import Wire

/// A service's door in the mesh: accepts peers, proves who they are, and leads their requests to the router (DESIGN §2).
///
/// One thread accepts and one blocks per connection: of seven designs the fastest and simplest for a few dozen peers.
public final class MeshListener: @unchecked Sendable {  // All mutable state is guarded by `lock`.
    /// For the log; never carries content.
    public enum Event: Sendable {
        /// No descriptor is left; accepting pauses and goes on when one is free.
        case descriptorsExhausted
        /// No thread is left for one more connection, which was closed.
        case threadsExhausted
        case acceptFailed(NetError)
        case helloFailed(Fault.Code)
        /// All connections for this kind of peer are taken.
        case connectionRefused(ConnectedPeer)
        /// It took none of its replies for too long and was cut off.
        case readerStalled(ConnectedPeer)
        /// A large frame was begun and not continued, or not finished, in time.
        case senderStalled(ConnectedPeer)
    }

    /// How long accepting pauses when descriptors ran out and no connection ends.
    static let acceptPauseMilliseconds: Int64 = 100
    /// What a reader gets to notice, after the deadline of `drain`, that its connection was cut.
    static let cutGraceMilliseconds: Int64 = 1000

    private struct Entry {
        let connection: MeshConnection
        var peer: ConnectedPeer?
    }

    private let socket: ListeningSocket
    private let router: Router
    private let register: any PeerRegister
    private let options: MeshListenerOptions
    private let budget: WeightBudget
    private let random: @Sendable (Int) -> [UInt8]
    private let log: @Sendable (Event) -> Void
    private let lock = Lock()
    private let changed: Condition
    private var slots: MeshSlots
    private var entries: [Int64: Entry] = [:]
    private var lastNumber: Int64 = 0
    private var past = MeshCounters()
    private var isStopping = false
    private var isComplete = true
    private var acceptor: Thread?

    /// Binds, and accepts from then on. `router` is sealed before; its service's name is what the hello proves.
    /// - Parameters:
    ///   - host: a numeric address; beyond loopback only with `options.isLinkProtected`.
    ///   - port: 0 lets Linux choose; `port` has the real one.
    ///   - register: the secrets of those who may connect.
    ///   - random: for the hello's nonces.
    public init(
        host: String, port: UInt16, router: Router, register: any PeerRegister, options: MeshListenerOptions = MeshListenerOptions(),
        budget: WeightBudget = WeightBudget(), random: @escaping @Sendable (Int) -> [UInt8] = SecureRandom.bytes,
        log: @escaping @Sendable (Event) -> Void = { _ in }
    ) throws(NetError) {
        let address = try SocketAddress(host: host, port: port)
        guard address.isLoopback || options.isLinkProtected else {
            throw NetError(operation: "listen for the mesh", errno: EACCES, hint: "the link is not protected: see MESH_LINK")
        }
        socket = try ListeningSocket(host: host, port: port)
        self.router = router
        self.register = register
        self.options = options
        self.budget = budget
        self.random = random
        self.log = log
        slots = MeshSlots(options)
        changed = Condition(lock)
        acceptor = Thread("mesh-accept") { [self] in accept() }
    }

    public var port: UInt16 { socket.port }

    public var counters: MeshCounters {
        lock.withLock {
            var sum = past
            for entry in entries.values { sum += entry.connection.counters }
            return sum
        }
    }

    /// Stops: no new connections, no new requests (they get `unavailable`, nothing executed), answers to what is in flight; then all
    /// connections close and all threads end. Call once.
    /// - Returns: whether everything in flight was answered by the deadline. A handler that holds its connection's thread for
    ///   longer outlives this.
    @discardableResult
    public func drain(deadlineMilliseconds: Int64) -> Bool {
        let deadline = EventLoop.monotonicMilliseconds() + deadlineMilliseconds
        lock.withLock {
            precondition(!isStopping, "a listener is drained once")
            isStopping = true
            changed.broadcast()
        }
        // Nobody enters any more, so these are all.
        for entry in lock.withLock({ entries.values.map { $0 } }) {
            if entry.peer == nil { entry.connection.queue.cut() } else { entry.connection.stop(deadline: deadline) }
        }
        socket.shutDown()
        acceptor?.join()
        socket.close()
        if waitUntilEmpty(deadline: deadline) { return lock.withLock { isComplete } }
        for entry in lock.withLock({ entries.values.map { $0 } }) { entry.connection.queue.cut() }
        _ = waitUntilEmpty(deadline: deadline + MeshListener.cutGraceMilliseconds)
        return false
    }

    private func waitUntilEmpty(deadline: Int64) -> Bool {
        lock.withLock {
            while !slots.isEmpty {
                let left = deadline - EventLoop.monotonicMilliseconds()
                if left <= 0 || !changed.wait(milliseconds: left) { return slots.isEmpty }
            }
            return true
        }
    }

    /// Ends the connections of peers that may not connect any more, at once: what they have in flight stays unanswered.
    public func cutOff(_ names: Set<String>) {
        lock.withLock {
            for entry in entries.values where entry.peer.map({ names.contains($0.name) }) == true { entry.connection.queue.cut() }
        }
    }

    // MARK: The accepting thread

    private func accept() {
        var isExhausted = false
        while true {
            do throws(NetError) {
                guard let accepted = try socket.accept(nonblocking: false) else { continue }
                isExhausted = false
                admit(accepted)
            } catch {
                if lock.withLock({ isStopping }) { return }
                switch error.errno {
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    if !isExhausted { log(.descriptorsExhausted) }
                    isExhausted = true
                default: log(.acceptFailed(error))
                }
                lock.withLock { _ = changed.wait(milliseconds: MeshListener.acceptPauseMilliseconds) }
            }
        }
    }

    private func admit(_ accepted: Socket) {
        do throws(NetError) {
            try accepted.setNoDelay()
            try accepted.setNoticesVanishedPeer()
        } catch { return accepted.close() }  // It died while it waited.
        let connection = MeshConnection(accepted, options: options, budget: budget)
        guard let number = lock.withLock({ enter(connection) }) else { return connection.end() }
        do throws(Thread.Exhausted) {
            try Thread(refusable: "mesh-peer") { [self] in serve(connection, number) }.detach()
        } catch {
            log(.threadsExhausted)
            leave(connection, number, isAnswered: true)
        }
    }

    /// The caller holds the lock. Waits for the oldest stranger to leave when all their places are taken.
    private func enter(_ connection: MeshConnection) -> Int64? {
        while !isStopping {
            switch slots.arrive() {
            case .enter:
                lastNumber += 1
                entries[lastNumber] = Entry(connection: connection, peer: nil)
                return lastNumber
            case .cutOldestStranger:
                let strangers = entries.filter { $0.value.peer == nil }
                strangers.min { $0.key < $1.key }?.value.connection.queue.cut()
                changed.wait()
            case .refuse: return nil
            }
        }
        return nil
    }

    // MARK: A connection's thread

    private func serve(_ connection: MeshConnection, _ number: Int64) {
        let hello = ServerHello(
            service: router.service, register: register, nonce: random(Hello.nonceBytes), decoy: random(Hello.secretBytes))
        var reader = MeshReader(
            connection, router: router, hello: hello, options: options, budget: budget,
            identified: { [self] peer in identify(number, peer) }, log: log)
        leave(connection, number, isAnswered: reader.run())
    }

    private func leave(_ connection: MeshConnection, _ number: Int64, isAnswered: Bool) {
        connection.end()
        lock.withLock {
            slots.leave(entries.removeValue(forKey: number)?.peer?.kind)
            past += connection.counters
            isComplete = isComplete && isAnswered
            changed.broadcast()
        }
    }

    /// False when there is no room for this peer, or the listener stops.
    private func identify(_ number: Int64, _ peer: ConnectedPeer) -> Bool {
        let hasPlace = lock.withLock {
            guard !isStopping, slots.identify(peer.kind) else { return false }
            entries[number]?.peer = peer
            // A stranger's place is free.
            changed.broadcast()
            return true
        }
        // Whoever left during the hello had no name here yet when the others were cut off.
        return hasPlace && register.kind(of: peer.name) == peer.kind
    }
}
