import Domain
import Runtime
import Threads

/// A clock and a scheduler that a test moves by hand. Threads are real.
final class ManualTime: Clock, Scheduler, @unchecked Sendable {  // All state is guarded by `lock`.
    private let lock = Lock()
    private let start: Timestamp
    private var elapsed: Int64 = 0
    private var queue = WorkQueue()

    init(now: Timestamp = Timestamp(rawValue: 1_767_225_600_000)) { start = now }

    var now: Timestamp { start.adding(milliseconds: monotonicMilliseconds) }
    var monotonicMilliseconds: Int64 { lock.withLock { elapsed } }

    var system: System { System(clock: self, scheduler: self, random: { Array(repeating: 7, count: $0) }) }

    @discardableResult
    func after(milliseconds: Int64, _ work: @escaping @Sendable () -> Void) -> any ScheduledWork {
        lock.withLock { Ticket(time: self, number: queue.add(due: elapsed + max(0, milliseconds), work)) }
    }

    func thread(_ name: String, _ body: @escaping @Sendable () -> Void) -> any RunningThread { Running(thread: Thread(name, body)) }

    /// Moves time on and runs, on the calling thread and in order, what gets due on the way.
    func advance(milliseconds: Int64) {
        let end = lock.withLock { elapsed + milliseconds }
        while let work = nextWork(until: end) { work() }
        lock.withLock { elapsed = max(elapsed, end) }
    }

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
}
