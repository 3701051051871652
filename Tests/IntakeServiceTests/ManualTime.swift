import Domain
import Runtime
import Threads

/// A clock and a scheduler that a test moves by hand. Threads are real.
final class ManualTime: Clock, Scheduler, @unchecked Sendable {  // All state is guarded by `lock`.
    private let lock = Lock()
    private let changed: Condition
    private let start: Timestamp
    private var elapsed: Int64 = 0
    private var queue = WorkQueue()

    /// 2026-01-01T00:00:00.000Z unless said otherwise.
    init(now: Timestamp = Timestamp(rawValue: 1_767_225_600_000)) {
        start = now
        changed = Condition(lock)
    }

    var now: Timestamp { start.adding(milliseconds: monotonicMilliseconds) }
    var monotonicMilliseconds: Int64 { lock.withLock { elapsed } }

    /// How many works wait for their time.
    var waitingCount: Int { lock.withLock { queue.count } }

    /// Everything that a service gets through the seam. `random` counts up from 0, so that runs are equal.
    func system() -> System {
        let numbers = Counted()
        return System(clock: self, scheduler: self, random: numbers.bytes)
    }

    @discardableResult
    func after(milliseconds: Int64, _ work: @escaping @Sendable () -> Void) -> any ScheduledWork {
        lock.withLock {
            defer { changed.broadcast() }
            return Ticket(time: self, number: queue.add(due: elapsed + max(0, milliseconds), work))
        }
    }

    func thread(_ name: String, _ body: @escaping @Sendable () -> Void) -> any RunningThread { Running(thread: Thread(name, body)) }

    /// Moves time on and runs, on the calling thread and in order, what gets due on the way.
    func advance(milliseconds: Int64) {
        let end = lock.withLock { elapsed + milliseconds }
        while let work = nextWork(until: end) { work() }
        lock.withLock { elapsed = end }
    }

    /// Blocks until that many works wait: a thread under test has come to its pause.
    func waitUntilWaiting(count: Int) { lock.withLock { while queue.count < count { changed.wait() } } }

    private func nextWork(until end: Int64) -> WorkQueue.Work? {
        lock.withLock {
            guard let due = queue.nextDue(), due <= end else { return nil }
            elapsed = max(elapsed, due)
            return queue.takeDue(now: due)
        }
    }

    private struct Ticket: ScheduledWork {
        let time: ManualTime
        let number: UInt64

        func cancel() { time.lock.withLock { time.queue.cancel(number) } }
    }

    private struct Running: RunningThread {
        let thread: Thread
        func join() { thread.join() }
        func detach() { thread.detach() }
    }

    private final class Counted: @unchecked Sendable {  // `next` is guarded by `lock`.
        private let lock = Lock()
        private var next: UInt8 = 0

        @Sendable func bytes(_ count: Int) -> [UInt8] {
            lock.withLock {
                (0..<count).map { _ in
                    defer { next &+= 1 }
                    return next
                }
            }
        }
    }
}
