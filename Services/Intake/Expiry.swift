import Domain
import Policy
import Runtime
import SQLite

/// Deletes what has been kept long enough: quarantine and inbox keys. In small portions, so that no write waits long.
///
/// A delivery that comes again after its key is gone, the store knows by its message.
final class Expiry: Sendable {
    static let pauseMilliseconds: Int64 = 600_000
    /// Pieces in quarantine may have 3 MiB each.
    static let quarantineRowsMax: Int64 = 16
    static let inboxKeysMax: Int64 = 1000

    private let worker: Worker

    init(_ process: ServiceProcess, _ database: Database, _ store: IntakeStore) {
        let (clock, log) = (process.system.clock, process.log)
        let expired = process.metrics.counter("quarantine.expired")
        worker = Worker(process.system, "expiry") {
            do {
                let now = clock.now
                let (rows, keys) = try database.writer.write("expire") { connection in
                    (
                        try store.expireQuarantine(now: now, limit: Expiry.quarantineRowsMax, connection),
                        try store.forgetKeys(before: now.day - Retention.deliveryKeys.length.days, limit: Expiry.inboxKeysMax, connection)
                    )
                }
                expired.add(Int64(rows))
                if rows == Expiry.quarantineRowsMax || keys == Expiry.inboxKeysMax { return .again }
            } catch {
                log.event("expiryFailed", level: .error, ("error", .safe("\(error)")))
            }
            return .pause(milliseconds: Expiry.pauseMilliseconds)
        }
    }

    func start() { worker.start() }
    func stop() { worker.stop() }
}
