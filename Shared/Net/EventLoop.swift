import CLinux
import Glibc
import Threads

/// What a descriptor is ready for.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer sends nothing more; there may still be bytes to read.
    public static let peerFinished = Readiness(rawValue: EPOLLRDHUP.rawValue)
    public static let failed = Readiness(rawValue: EPOLLERR.rawValue)
    public static let hungUp = Readiness(rawValue: EPOLLHUP.rawValue)
}

/// Something that waits on an `EventLoop`; both calls come on the loop's thread only.
public protocol EventHandler: AnyObject {
    func ready(_ readiness: Readiness)
    /// The deadline that was set with `EventLoop.setDeadline` has passed; it is set no longer.
    func due()
}

/// One thread that waits with epoll for many descriptors and deadlines. Source: epoll(7), eventfd(2).
public final class EventLoop: @unchecked Sendable {
    // `lock` guards `queue`, `isAsleep`, `isStopped`; all other mutable state belongs to the loop's own thread.

    /// A registration; never used twice, so an event for a descriptor that was closed and opened anew can't reach the wrong one.
    public struct Token: Hashable, Sendable { fileprivate let number: UInt64 }

    public enum Interest: Sendable {
        /// Edge-triggered reading and writing: read until there is nothing, no call per change of mind.
        case stream
        /// Level-triggered reading that wakes one loop of several which share the listener.
        case listener
    }

    private struct Watch {
        let descriptor: Int32
        let events: UInt32
        let handler: any EventHandler
        var isSuspended = false
    }

    public static let eventsPerWaitMax = 256
    /// How often deadlines are looked at while there are any.
    public static let tickMilliseconds: Int32 = 100

    private let clock: @Sendable () -> Int64
    private let epoll: Int32
    private let wake: Int32
    private let lock = Lock()
    private var queue: [@Sendable () -> Void] = []
    private var isAsleep = false
    private var isStopped = false
    private var watches: [UInt64: Watch] = [:]
    private var deadlines: EventLoopDeadlines
    private var nextToken: UInt64 = 1
    private var identity: pthread_t?
    private var thread: Thread?

    /// The loop's clock as of its last wake, in milliseconds. Loop's thread only.
    public private(set) var now: Int64

    /// Milliseconds on CLOCK_MONOTONIC.
    public static let monotonicMilliseconds: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// As `monotonicMilliseconds`, up to a tick of the kernel behind (4 ms mostly), for a tenth of its cost. Source: clock_getres(2).
    public static let coarseMilliseconds: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// Starts the loop's thread. `clock` is monotonic milliseconds.
    public init(name: String, clock: @escaping @Sendable () -> Int64 = EventLoop.monotonicMilliseconds) throws(NetError) {
        self.clock = clock
        now = clock()
        deadlines = EventLoopDeadlines(now: now)
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard epoll >= 0 else { throw Socket.failure("create epoll") }
        wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard wake >= 0 else {
            let failure = Socket.failure("create eventfd")
            close(epoll)
            throw failure
        }
        // Edge-triggered, so the counter needs no reading: every write is a new edge.
        var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data_t(u64: 0))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else {
            let failure = Socket.failure("watch eventfd")
            close(wake)
            close(epoll)
            throw failure
        }
        thread = Thread(name) { [self] in work() }
    }

    /// Queues `work` for the loop's thread; any thread may call. Dropped when the loop has stopped: false.
    @discardableResult
    public func run(_ work: @escaping @Sendable () -> Void) -> Bool {
        lock.withLock {
            guard !isStopped else { return false }
            queue.append(work)
            wakeUp()
            return true
        }
    }

    /// Runs `work` on the loop's thread and waits for it. Not from the loop's own thread; does nothing when the loop has stopped.
    public func runAndWait(_ work: @escaping @Sendable () -> Void) {
        precondition(!isCurrent, "a loop can't wait for itself")
        let latch = Latch()
        guard
            run({
                work()
                latch.open()
            })
        else { return }
        latch.wait()
    }

    /// Ends the thread after what is queued and waits for it. Call once, not from the loop's own thread.
    public func stop() {
        precondition(!isCurrent, "a loop can't wait for its own end")
        lock.withLock {
            precondition(!isStopped, "a loop is stopped once")
            isStopped = true
            wakeUp()
        }
        thread?.join()
        thread = nil
        close(wake)
        close(epoll)
    }

    /// Whether the caller runs on the loop's thread.
    public var isCurrent: Bool { lock.withLock { identity.map { pthread_equal($0, pthread_self()) != 0 } ?? false } }

    // MARK: on the loop's thread

    /// Watches a descriptor; ENOSPC when the system's epoll watches ran out. The handler is kept until `deregister`.
    public func register(_ descriptor: Int32, _ interest: Interest, _ handler: any EventHandler) throws(NetError) -> Token {
        let events =
            switch interest {
            case .stream: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
            case .listener: EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue
            }
        let token = Token(number: nextToken)
        nextToken += 1
        try watch(token, descriptor, events)
        watches[token.number] = Watch(descriptor: descriptor, events: events, handler: handler)
        return token
    }

    /// Stops watching, before the descriptor is closed; its deadline goes too. Nothing happens the second time.
    public func deregister(_ token: Token) {
        suspend(token)
        watches[token.number] = nil
        deadlines.remove(token.number)
    }

    /// Stops watching for a while; the handler and its deadline stay.
    public func suspend(_ token: Token) {
        guard let watch = watches[token.number], !watch.isSuspended else { return }
        let code = epoll_ctl(epoll, EPOLL_CTL_DEL, watch.descriptor, nil)
        precondition(code == 0, "a descriptor is deregistered before it is closed")
        watches[token.number]?.isSuspended = true
    }

    /// Watches again after `suspend`; throws like `register` and stays suspended then.
    public func resume(_ token: Token) throws(NetError) {
        guard let suspended = watches[token.number], suspended.isSuspended else { return }
        try watch(token, suspended.descriptor, suspended.events)
        watches[token.number]?.isSuspended = false
    }

    /// `due()` comes at `deadline` or up to a quarter of a second later; nil for none. Milliseconds of the loop's clock.
    public func setDeadline(_ token: Token, _ deadline: Int64?) {
        guard let deadline, watches[token.number] != nil else { return deadlines.remove(token.number) }
        deadlines.set(token.number, at: deadline)
    }

    private func watch(_ token: Token, _ descriptor: Int32, _ events: UInt32) throws(NetError) {
        var event = epoll_event(events: events, data: epoll_data_t(u64: token.number))
        guard epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0 else { throw Socket.failure("watch descriptor") }
    }

    private func work() {
        lock.withLock { identity = pthread_self() }
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: EventLoop.eventsPerWaitMax)
        defer { events.deallocate() }
        while true {
            let (mayEnd, mayWait) = lock.withLock {
                isAsleep = queue.isEmpty && !isStopped
                return (isStopped && queue.isEmpty, isAsleep)
            }
            if mayEnd { return }
            let timeout = !mayWait ? 0 : deadlines.isEmpty ? -1 : EventLoop.tickMilliseconds
            let count = epoll_wait(epoll, events, Int32(EventLoop.eventsPerWaitMax), timeout)
            precondition(count >= 0 || errno == EINTR, "epoll_wait: \(errno)")
            let queued = lock.withLock {
                isAsleep = false
                defer { queue = [] }
                return queue
            }
            now = clock()
            for index in 0..<max(0, Int(count)) {
                let event = events[index]
                watches[event.data.u64]?.handler.ready(Readiness(rawValue: event.events))
            }
            for work in queued { work() }
            for token in deadlines.due(now: now) { watches[token]?.handler.due() }
        }
    }

    /// The caller holds the lock. A loop that is awake looks at the queue before it sleeps.
    private func wakeUp() {
        guard isAsleep else { return }
        isAsleep = false
        eventfd_write(wake, 1)
    }

    private final class Latch: @unchecked Sendable {  // `isOpen` is only touched under the lock.
        private let lock = Lock()
        private let condition: Condition
        private var isOpen = false

        init() { condition = Condition(lock) }

        func open() {
            lock.withLock {
                isOpen = true
                condition.broadcast()
            }
        }

        func wait() { lock.withLock { while !isOpen { condition.wait() } } }
    }
}
