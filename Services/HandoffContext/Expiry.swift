import Domain
import Runtime
import SQLite

/// Deletes the references to what was given when their time is over, in small portions so that no write waits long.
final class Expiry: Sendable {
    static let pauseMilliseconds: Int64 = 600_000
    static let rowsMax: Int64 = 1000

    private let worker: Worker

    init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore) {
        let expired = process.metrics.counter("snapshots.expired")
        worker = Worker(process.system, "expiry") {
            let now = process.system.clock.now
            do {
                // Looked for by a reader: where nothing has expired nothing is written.
                let found = try database.read("expired") { try store.expiredSnapshots(now: now, limit: Expiry.rowsMax, $0) }
                if !found.isEmpty { try database.writer.write("expire") { try store.removeSnapshots(found, $0) } }
                expired.add(Int64(found.count))
                if found.count == Int(Expiry.rowsMax) { return .again }
            } catch {
                process.log.event("expiryFailed", level: .error, ("error", .safe("\(error)")))
            }
            return .pause(milliseconds: Expiry.pauseMilliseconds)
        }
    }

    func start() { worker.start() }
    func stop() { worker.stop() }
}
