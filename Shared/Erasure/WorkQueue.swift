import Runtime
import Threads

/// Long work that waits for its turn: one piece at a time, on a thread that lives only while there is some.
final class WorkQueue: @unchecked Sendable {  // All state is guarded by `lock`.
    /// Each waiting one is a caller that waits too.
    static let countMax = 64

    private let system: System
    private let name: String
    private let lock = Lock()
    private var waiting: [@Sendable () -> Void] = []
    private var isRunning = false

    init(_ system: System, _ name: String) {
        self.system = system
        self.name = name
    }

    /// False when too many wait already; then nothing happens.
    func add(_ work: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, mustStart) = lock.withLock { () -> (Bool, Bool) in
            guard waiting.count < WorkQueue.countMax else { return (false, false) }
            waiting.append(work)
            defer { isRunning = true }
            return (true, !isRunning)
        }
        if mustStart { system.scheduler.thread(name) { self.run() }.detach() }
        return isTaken
    }

    private func run() {
        while let work = next() { work() }
    }

    private func next() -> (@Sendable () -> Void)? {
        lock.withLock {
            guard waiting.isEmpty else { return waiting.removeFirst() }
            isRunning = false
            return nil
        }
    }
}
