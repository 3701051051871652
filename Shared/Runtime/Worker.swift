import Threads

/// A loop on its own thread: a relay that empties an outbox, a follower of a feed, a retention run.
///
/// A body that is blocked in a call ends within that call's deadline; `stop` waits for that.
public final class Worker: @unchecked Sendable {  // All state is guarded by `lock`.
    /// What a round of the body asks for.
    public enum Next: Sendable, Equatable {
        /// There is more to do.
        case again
        /// Another round after this time, or earlier when woken.
        case pause(milliseconds: Int64)
        /// Another round when woken.
        case untilWoken
    }

    private enum State { case idle, running, stopping, stopped }

    private let system: System
    private let name: String
    private let body: @Sendable () -> Next
    private let lock = Lock()
    private let changed: Condition
    private var state = State.idle
    private var isWoken = false
    private var thread: (any RunningThread)?

    /// Doesn't run before `start`. The body should work in bounded portions, so that a stop is soon seen.
    public init(_ system: System, _ name: String, _ body: @escaping @Sendable () -> Next) {
        self.system = system
        self.name = name
        self.body = body
        changed = Condition(lock)
    }

    /// Starts the loop. Once.
    public func start() {
        lock.withLock {
            precondition(state == .idle, "a worker is started once")
            state = .running
            thread = system.scheduler.thread(name) { [self] in run() }
        }
    }

    /// Ends a pause. Remembered when it comes during a round, so that no news is slept through. From any thread; cheap.
    public func wake() {
        lock.withLock {
            if isWoken { return }
            isWoken = true
            changed.broadcast()
        }
    }

    /// Begins no further round and waits for the end of the current one. Not from the body. May be called again, and before `start`.
    public func stop() {
        let thread = lock.withLock {
            if state == .idle { state = .stopped }
            if state == .running { state = .stopping }
            changed.broadcast()
            defer { self.thread = nil }
            return self.thread
        }
        // Only the first of several callers joins; the others wait for what it waits for.
        thread?.join()
        lock.withLock { while state != .stopped { changed.wait() } }
    }

    private func run() {
        while lock.withLock({ state == .running }) {
            switch body() {
            case .again: continue
            case .pause(let milliseconds): pause(milliseconds)
            case .untilWoken: pause(nil)
            }
        }
        lock.withLock {
            state = .stopped
            changed.broadcast()
        }
    }

    private func pause(_ milliseconds: Int64?) {
        // The scheduler's time and not the condition's: a test moves it by hand.
        let alarm = milliseconds.map { system.scheduler.after(milliseconds: $0) { [weak self] in self?.wake() } }
        lock.withLock {
            while !isWoken, state == .running { changed.wait() }
            isWoken = false
        }
        alarm?.cancel()
    }
}
