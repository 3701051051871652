import Threads

/// The real scheduler: one timer thread, started with the first delay, that sleeps until the next work is due.
///
/// It lives as long as the process. `close` exists for tests that count threads.
public final class SystemScheduler: Scheduler, @unchecked Sendable {  // All state is guarded by `lock`.
    private let clock: any Clock
    private let lock = Lock()
    private let changed: Condition
    private var queue = WorkQueue()
    private var thread: Thread?
    private var isClosed = false

    public init(clock: any Clock = SystemClock()) {
        self.clock = clock
        changed = Condition(lock)
    }

    @discardableResult
    public func after(milliseconds: Int64, _ work: @escaping @Sendable () -> Void) -> any ScheduledWork {
        lock.withLock {
            precondition(!isClosed, "a closed scheduler takes no work")
            if thread == nil { thread = Thread("timer") { [self] in run() } }
            let due = clock.monotonicMilliseconds + max(0, milliseconds)
            let isFirst = queue.nextDue().map { due < $0 } ?? true
            let number = queue.add(due: due, work)
            if isFirst { changed.signal() }
            return Ticket(scheduler: self, number: number)
        }
    }

    public func thread(_ name: String, _ body: @escaping @Sendable () -> Void) -> any RunningThread {
        Running(thread: Thread(name, body))
    }

    /// Ends the timer thread; works that wait are dropped. Not from a scheduled work.
    public func close() {
        let thread = lock.withLock {
            isClosed = true
            changed.signal()
            defer { self.thread = nil }
            return self.thread
        }
        thread?.join()
    }

    private func run() {
        while let work = nextWork() { work() }
    }

    private func nextWork() -> WorkQueue.Work? {
        lock.withLock {
            while !isClosed {
                let now = clock.monotonicMilliseconds
                if let work = queue.takeDue(now: now) { return work }
                if let due = queue.nextDue() {
                    _ = changed.wait(milliseconds: due - now)
                } else {
                    changed.wait()
                }
            }
            return nil
        }
    }

    private struct Ticket: ScheduledWork {
        let scheduler: SystemScheduler
        let number: UInt64

        func cancel() { scheduler.lock.withLock { scheduler.queue.cancel(number) } }
    }

    private struct Running: RunningThread {
        let thread: Thread
        func join() { thread.join() }
        func detach() { thread.detach() }
    }
}
