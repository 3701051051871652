import Domain
import Policy
import Runtime
import SQLite
import Threads
import Wire

/// The denials of a service in its own file: who was turned away from what, why and how often, by the hour; never what they sent.
///
/// Denials that arrive while a write is under way wait for the next one, so a flood of them costs a row, not a write each.
public final class SecurityLog: @unchecked Sendable {  // `waiting` and `isWriting` are guarded by `lock`.
    public static let migration = Migration(
        "security events",
        sql: """
            CREATE TABLE denials (
                hour      INTEGER NOT NULL,
                method    TEXT NOT NULL,
                reason    TEXT NOT NULL,
                peer      TEXT NOT NULL,
                role      TEXT NOT NULL,
                workspace TEXT NOT NULL,
                count     INTEGER NOT NULL,
                last_at   INTEGER NOT NULL,
                PRIMARY KEY (hour, method, reason, peer, role, workspace)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ["hour", "method", "reason", "peer", "role", "workspace", "count", "last_at"].map {
            ColumnNote(
                "denials", $0, .security, for: [.maintainSecurity, .complyWithObligation], on: .legitimateInterest, kept: .security,
                subject: nil, erasure: .keep)
        })

    static let millisecondsAnHour: Int64 = 3_600_000
    static let hoursKept = Retention.security.length.days * 24
    /// Different denials that wait for a write. What is beyond is counted in the metrics alone.
    static let waitingMax = 256

    struct Event: Hashable {
        let hour: Int64
        let method: String
        let reason: Denial
        let peer: String
        let role: String
        let workspace: String
    }

    private let database: Database
    private let clock: any Clock
    private let log: LogLimiter
    private let counter: Metrics.Counter
    private let lock = Lock()
    private var waiting: [Event: (count: Int64, lastAt: Int64)] = [:]
    private var isWriting = false

    public init(_ process: ServiceProcess, _ database: Database) {
        self.database = database
        clock = process.system.clock
        log = process.limitedLog
        counter = process.metrics.counter("access.denied")
    }

    public func record(_ denial: Denial, _ entrant: Entrant, _ actor: Actor?) {
        record(
            denial, method: entrant.contract.method, peer: entrant.peer.name, role: actor?.role.rawValue ?? "",
            workspace: actor?.workspace ?? "")
    }

    /// Turns somebody away whom the gate let in, for what only the handler can see.
    public func deny<R: Request>(_ reply: Reply<R>, _ denial: Denial) {
        let caller = reply.caller
        record(
            denial, method: R.contract.method, peer: caller.peer.name, role: caller.actor?.role.rawValue ?? "",
            workspace: caller.actor?.workspace ?? "")
        reply.fault(denial.fault.code, denial.fault.message)
    }

    /// Somebody whom nobody knows was turned away from a public door.
    /// - Parameters:
    ///   - door: the path, as the source code has it: never what came in.
    ///   - workspace: whose door it is, where it is one's own.
    public func record(_ denial: Denial, at door: String, of workspace: WorkspaceID? = nil) {
        record(denial, method: door, peer: "public", role: "", workspace: workspace?.rawValue ?? "")
    }

    private func record(_ denial: Denial, method: String, peer: String, role: String, workspace: String) {
        counter.add()
        let now = clock.now.rawValue
        let event = Event(
            hour: now / SecurityLog.millisecondsAnHour, method: method, reason: denial, peer: peer, role: role, workspace: workspace)
        let isFirst = lock.withLock {
            guard waiting[event] != nil || waiting.count < SecurityLog.waitingMax else { return false }
            waiting[event] = ((waiting[event]?.count ?? 0) + 1, now)
            defer { isWriting = true }
            return !isWriting
        }
        if isFirst { write() }
    }

    private func write() {
        let isQueued = database.writer.submit("security events") { [self] connection in
            // Taken inside the write, so that what came while it stood in line goes with it.
            let events = lock.withLock {
                defer { waiting = [:] }
                return waiting
            }
            try SecurityLog.add(events, connection)
        } completion: { [self] result in
            if case .failure(let error) = result { log.event("securityEventsLost", level: .error, ("error", .safe("\(error)"))) }
            let isMore = lock.withLock {
                isWriting = !waiting.isEmpty
                return isWriting
            }
            if isMore { write() }
        }
        // The next denial tries again.
        if !isQueued { lock.withLock { isWriting = false } }
    }

    private static func add(_ events: [Event: (count: Int64, lastAt: Int64)], _ connection: Connection) throws {
        for (event, tally) in events {
            try connection.run(
                """
                INSERT INTO denials (hour, method, reason, peer, role, workspace, count, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET count = count + excluded.count, last_at = max(last_at, excluded.last_at)
                """, .integer(event.hour), .text(event.method), .text(event.reason.rawValue), .text(event.peer), .text(event.role),
                .text(event.workspace), .integer(tally.count), .integer(tally.lastAt))
        }
        if let hour = events.keys.map(\.hour).max() {
            try connection.run("DELETE FROM denials WHERE hour < ?", .integer(hour - SecurityLog.hoursKept))
        }
    }
}
