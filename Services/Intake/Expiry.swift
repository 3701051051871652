import Domain
import Policy
import Runtime
import SQLite
import Threads

/// Deletes what has been kept long enough, in small portions so that no write waits long, and then its bytes.
///
/// A delivery that comes again after its key is gone, the store knows by its message.
final class Expiry: @unchecked Sendable {  // `owesResidue` is guarded by `lock`; the rest never changes.
    static let pauseMilliseconds: Int64 = 600_000
    /// Pieces in quarantine may have 3 MiB each.
    static let quarantineRowsMax: Int64 = 16
    static let rowsMax: Int64 = 1000
    static let residueMilliseconds: Int64 = 10_000

    /// What one portion deleted.
    struct Portion: Sendable {
        var quarantine = 0
        var consents = 0
        var forms = 0
        /// Of the category that had most.
        var events = 0
        var billing = 0
        /// Digests that tell nothing: their bytes may stay until their page is used again.
        var inboxKeys = 0

        var isContent: Bool { quarantine + consents + forms + events + billing > 0 }
        var isFull: Bool {
            quarantine == Expiry.quarantineRowsMax || [consents, forms, events, billing, inboxKeys].contains(Int(Expiry.rowsMax))
        }
    }

    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let onPiecesExpired: @Sendable () -> Void
    private let expired: Metrics.Counter
    private let lock = Lock()
    /// At first too: what ran before may have ended between a deletion and its bytes.
    private var owesResidue = true
    private lazy var worker = Worker(process.system, "expiry") { [unowned self] in round() }

    /// - Parameter onPiecesExpired: called after pieces left quarantine; some may have been parked.
    init(
        _ process: ServiceProcess, _ database: Database, _ store: IntakeStore, onPiecesExpired: @escaping @Sendable () -> Void
    ) {
        self.onPiecesExpired = onPiecesExpired
        self.process = process
        self.database = database
        self.store = store
        expired = process.metrics.counter("quarantine.expired")
    }

    func start() { worker.start() }
    func stop() { worker.stop() }

    private func round() -> Worker.Next {
        let now = process.system.clock.now
        do {
            let portion = try database.writer.write("expire") { [store] in try store.expire(now: now, $0) }
            expired.add(Int64(portion.quarantine))
            if portion.quarantine > 0 { onPiecesExpired() }
            if portion.isContent { lock.withLock { owesResidue = true } }
            if portion.isFull { return .again }
            try eraseResidue()
        } catch {
            process.log.event("expiryFailed", level: .error, ("error", .safe("\(error)")))
        }
        return .pause(milliseconds: Expiry.pauseMilliseconds)
    }

    /// Waits until no byte of what was deleted is left in the file; owed until it succeeds.
    private func eraseResidue() throws {
        guard lock.withLock({ owesResidue }) else { return }
        let done = Answer<Result<Void, any Error>>()
        let isQueued = database.writer.eraseResidue(deadlineMilliseconds: Expiry.residueMilliseconds) { done.fill($0) }
        guard isQueued else { return }  // The next round comes back to it.
        try done.wait().get()
        lock.withLock { owesResidue = false }
    }
}

extension IntakeStore {
    func expire(now: Timestamp, _ connection: Connection) throws -> Expiry.Portion {
        var portion = Expiry.Portion()
        portion.quarantine = try expireQuarantine(now: now, limit: Expiry.quarantineRowsMax, connection)
        portion.forms = try expireForms(now: now, limit: Expiry.rowsMax, connection)
        portion.events = try expireEvents(now: now, limit: Expiry.rowsMax, connection)
        portion.billing = try expireBilling(now: now, limit: Expiry.rowsMax, connection)
        portion.consents = try expireConsents(now: now, limit: Expiry.rowsMax, connection)
        try forgetTurns(now: now, limit: Expiry.rowsMax, connection)
        try forgetEndings(now: now, limit: Expiry.rowsMax, connection)
        portion.inboxKeys = try forgetKeys(before: now.day - Retention.deliveryKeys.length.days, limit: Expiry.rowsMax, connection)
        return portion
    }
}
