import HolderContracts
import Runtime
import SQLite
import Threads

/// Subjects that wait to be looked for in the files: whoever waits when a scan begins is looked for in it, for a scan takes as long as the
/// files are large.
final class ScanQueue: @unchecked Sendable {  // `waiting` is guarded by `lock`.
    /// Each waiting one is a caller that waits too.
    static let countMax = 64

    typealias Scan = @Sendable ([Subject]) throws -> [ScanResult]
    typealias Answer = @Sendable (Result<ScanResult, any Error>) -> Void

    private let scans: WorkQueue
    private let scan: Scan
    private let lock = Lock()
    private var waiting: [(subject: Subject, answer: Answer)] = []

    init(_ system: System, _ scan: @escaping Scan) {
        scans = WorkQueue(system, "scan")
        self.scan = scan
    }

    /// False when too many wait already; then nothing happens.
    func add(_ subject: Subject, _ answer: @escaping Answer) -> Bool {
        guard subject.canBeScanned else {
            answer(.failure(NothingToLookFor()))
            return true
        }
        let isTaken = lock.withLock {
            guard waiting.count < ScanQueue.countMax else { return false }
            waiting.append((subject, answer))
            return true
        }
        // Where no more scans may wait, those that do find us too.
        if isTaken { _ = scans.add { self.run() } }
        return isTaken
    }

    private func run() {
        let batch = next()
        // Another scan has found them all.
        guard !batch.isEmpty else { return }
        do {
            let results = try scan(batch.map(\.subject))
            for (one, result) in zip(batch, results) { one.answer(.success(result)) }
        } catch { for one in batch { one.answer(.failure(error)) } }
    }

    /// The longest waiting, as many as one scan has room for. One with too many names for any scan is refused by the scan itself.
    private func next() -> [(subject: Subject, answer: Answer)] {
        lock.withLock {
            var needles = 0
            let fitting = waiting.prefix { one in
                needles += one.subject.needles.count
                return needles <= ByteScan.needleCountMax
            }
            let count = min(waiting.count, max(1, fitting.count))
            defer { waiting.removeFirst(count) }
            return Array(waiting.prefix(count))
        }
    }
}
