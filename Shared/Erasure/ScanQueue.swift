import Runtime
import Threads

/// Scans that wait for their turn: one at a time, on a thread that lives only while there are some.
final class ScanQueue: @unchecked Sendable {  // All state is guarded by `lock`.
    /// Each waiting one is a caller that waits too.
    static let countMax = 64

    private let system: System
    private let lock = Lock()
    private var waiting: [@Sendable () -> Void] = []
    private var isRunning = false

    init(_ system: System) { self.system = system }

    /// False when too many wait already; then nothing happens.
    func add(_ scan: @escaping @Sendable () -> Void) -> Bool {
        let (isTaken, mustStart) = lock.withLock { () -> (Bool, Bool) in
            guard waiting.count < ScanQueue.countMax else { return (false, false) }
            waiting.append(scan)
            defer { isRunning = true }
            return (true, !isRunning)
        }
        if mustStart { system.scheduler.thread("scan") { self.run() }.detach() }
        return isTaken
    }

    private func run() {
        while let scan = next() { scan() }
    }

    private func next() -> (@Sendable () -> Void)? {
        lock.withLock {
            guard waiting.isEmpty else { return waiting.removeFirst() }
            isRunning = false
            return nil
        }
    }
}
