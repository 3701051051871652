import Domain
import Threads

/// How much waits in the outbox, and since when, and how much was parked, as far as memory knows: health and metrics ask here and not in
/// the file.
final class Backlog: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var rowCount: Int64 = 0
    private var oldestReceivedAt: Timestamp?
    private var parkedCount: Int64 = 0

    var rows: Int64 { lock.withLock { rowCount } }
    /// Events that conversation-store refused, in quarantine.
    var parked: Int64 { lock.withLock { parkedCount } }

    /// As the file has it.
    struct Count: Sendable {
        let rows: Int64
        let oldest: Timestamp?
        let parked: Int64
    }

    func set(_ count: Count) {
        lock.withLock {
            rowCount = count.rows
            oldestReceivedAt = count.oldest
            parkedCount = count.parked
        }
    }

    /// Rows that a committed write added (or took away, when negative).
    func add(_ rows: Int64, at time: Timestamp) {
        lock.withLock {
            rowCount += rows
            if rows > 0 && oldestReceivedAt == nil { oldestReceivedAt = time }
        }
    }

    func see(parked: Int64) { lock.withLock { parkedCount = parked } }

    func see(oldest: Timestamp?) { lock.withLock { oldestReceivedAt = oldest } }

    /// Milliseconds that the oldest row has waited; 0 without any.
    func age(now: Timestamp) -> Int64 {
        lock.withLock { oldestReceivedAt.map { max(0, now.rawValue - $0.rawValue) } ?? 0 }
    }
}
