import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import SQLite

/// What happened, one row an event, and how often, one row a kind and day. The numbers outlive the rows' people.
extension IntakeStore {
    /// For so long a repeat of a batch is known by its key.
    static let eventRepeatDays: Int64 = 7

    /// An event, ready for its transaction.
    struct IncomingEvent: Sendable {
        let category: EventCount.Category
        let kind: EventKind
        let at: Timestamp
        let member: MemberID?
        /// By which the member is known to be erased.
        let names: [[UInt8]]
        var address: String?
        var browser: String?
        var device: String?

        init(
            _ category: EventCount.Category, _ kind: EventKind, at: Timestamp, _ member: MemberID?, in workspace: WorkspaceID,
            _ digests: IntakeDigests
        ) {
            self.category = category
            self.kind = kind
            self.at = at
            self.member = member
            names = member.map { digests.digester.digests(.member(workspace, $0)) } ?? []
        }
    }

    // MARK: In

    func record(
        _ events: [IncomingEvent], in workspace: WorkspaceID, key: [UInt8], restingOn consent: ConsentID?, of person: [UInt8],
        now: Timestamp, _ connection: Connection
    ) throws -> RecordedEvents {
        if try isRepeated(key, now: now, connection) { return RecordedEvents() }
        switch try standing(workspace, connection) {
        case .unknown: throw Refused<RecordUsage>(reason: .unknownWorkspace)
        case .terminated: throw Refused<RecordUsage>(reason: .workspaceTerminated)
        case .open: break
        }
        if let consent {
            guard let isLive = try isLive(consent, of: person, in: workspace, to: .improveProduct, connection) else {
                throw Refused<RecordUsage>(reason: .unknownConsent)
            }
            if !isLive { throw Refused<RecordUsage>(reason: .consentWithdrawn) }
        }
        return try insert(events, in: workspace, key: key, restingOn: consent, now: now, connection)
    }

    func record(_ events: [IncomingEvent], in workspace: WorkspaceID?, key: [UInt8], now: Timestamp, _ connection: Connection) throws
        -> RecordedEvents
    {
        if try isRepeated(key, now: now, connection) { return RecordedEvents() }
        if let workspace {
            switch try standing(workspace, connection) {
            case .unknown: throw Refused<RecordTechnical>(reason: .unknownWorkspace)
            case .terminated: throw Refused<RecordTechnical>(reason: .workspaceTerminated)
            case .open: break
            }
        }
        return try insert(events, in: workspace ?? .nobodys, key: key, restingOn: nil, now: now, connection)
    }

    private func isRepeated(_ key: [UInt8], now: Timestamp, _ connection: Connection) throws -> Bool {
        for day in (now.day - IntakeStore.eventRepeatDays)...now.day where try isKnown(key, day: day, connection) { return true }
        return false
    }

    private func insert(
        _ events: [IncomingEvent], in workspace: WorkspaceID, key: [UInt8], restingOn consent: ConsentID?, now: Timestamp,
        _ connection: Connection
    ) throws -> RecordedEvents {
        try note(key, day: now.day, connection)
        var outcome = RecordedEvents()
        for event in events {
            if let cutoff = try Tombstones.cutoff(event.names, connection), event.at <= cutoff {
                outcome.keptOut += 1
                continue
            }
            let expiresAt = SQLValue.integer(now.adding(milliseconds: event.category.retention.length.milliseconds).rawValue)
            switch event.category {
            case .usage:
                try connection.run(
                    "INSERT INTO usage_events (workspace, kind, at, member, consent, expires_at) VALUES (?, ?, ?, ?, ?, ?)",
                    .text(workspace.rawValue), .text(event.kind.rawValue), .integer(event.at.rawValue), SQLValue(event.member?.rawValue),
                    SQLValue(consent?.rawValue), expiresAt)
            case .technical, .security:
                try connection.run(
                    """
                    INSERT INTO \(event.category.table) (workspace, kind, at, member, address, browser, device, expires_at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """, .text(workspace.rawValue), .text(event.kind.rawValue), .integer(event.at.rawValue),
                    SQLValue(event.member?.rawValue), SQLValue(event.address), SQLValue(event.browser), SQLValue(event.device), expiresAt)
            }
            try connection.run(
                """
                INSERT INTO event_counts (workspace, day, category, kind, count) VALUES (?, ?, ?, ?, 1)
                ON CONFLICT (day, workspace, category, kind) DO UPDATE SET count = count + 1
                """, .text(workspace.rawValue), .integer(event.at.day), .text(event.category.rawValue), .text(event.kind.rawValue))
            outcome.recorded += 1
        }
        return outcome
    }

    // MARK: Counts

    /// At most one more than fit into an answer.
    /// - Parameter excluded: left out where all workspaces are counted together.
    func eventCounts(
        in workspace: WorkspaceID?, excluding excluded: [WorkspaceID], from first: Int64, through last: Int64, _ connection: Connection
    ) throws -> [EventCount] {
        var counts: [EventCount] = []
        try connection.each(
            """
            SELECT day, category, kind, sum(count) FROM event_counts
            WHERE day BETWEEN ?1 AND ?2 AND iif(?3 IS NULL, workspace NOT IN (SELECT value FROM json_each(?5)), workspace = ?3)
            GROUP BY day, category, kind ORDER BY day, category, kind LIMIT ?4
            """, .integer(first), .integer(last), SQLValue(workspace?.rawValue), .integer(Int64(SummarizeEvents.countMax + 1)),
            .text("[" + excluded.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "]")  // Our own ids: nothing to escape.
        ) { row in
            guard let category = EventCount.Category(rawValue: row.text(1)) else {
                preconditionFailure("the schema's CHECK and the enum name the same words")
            }
            counts.append(
                EventCount(
                    day: Timestamp(rawValue: row.int(0) * 86_400_000), category: category, kind: EventKind(rawValue: row.text(2)),
                    count: row.int(3)))
        }
        return counts
    }

    // MARK: Out

    /// What has been kept long enough or lost its consent, and the numbers of days that are too old.
    func expiringEvents(_ category: EventCount.Category, _ expiry: ExpireData) -> [ExpiringRows] {
        [
            ExpiringRows(
                category.table, due: "SELECT id FROM \(category.table) WHERE expires_at <= ?", [.integer(expiry.at.rawValue)],
                before: { key, connection in
                    if category == .usage, case .integer(let id) = key[0] { try uncount(id, connection) }
                    return 0
                }),
            ExpiringRows(
                "event_counts", keys: ["day", "workspace", "category", "kind"],
                due: "SELECT day, workspace, category, kind FROM event_counts WHERE category = ? AND day < ?",
                [.text(category.rawValue), .integer(expiry.until.day)])
        ]
    }

    /// The rows of a subject's members, by table.
    func eventRows(of subject: Subject, _ connection: Connection) throws -> [EventCount.Category: [Int64]] {
        var rows: [EventCount.Category: [Int64]] = [:]
        for category in EventCount.Category.allCases {
            rows[category] = []
            for member in subject.members {
                try connection.each(
                    "SELECT id, at FROM \(category.table) WHERE member = ? AND workspace = ?", .text(member.rawValue),
                    .text(subject.workspace.rawValue)
                ) { row in
                    if subject.covers(Timestamp(rawValue: row.int(1))) { rows[category]?.append(row.int(0)) }
                }
            }
        }
        return rows
    }

    func deleteEvents(_ ids: [Int64], of category: EventCount.Category, _ connection: Connection) throws {
        for id in ids {
            if category == .usage { try uncount(id, connection) }
            try connection.run("DELETE FROM \(category.table) WHERE id = ?", .integer(id))
        }
    }

    /// What was counted on a consent alone counts no more when it was taken back. Other numbers outlive their rows.
    private func uncount(_ usage: Int64, _ connection: Connection) throws {
        let withdrawn = try connection.first(
            """
            SELECT usage_events.workspace, kind, at FROM usage_events JOIN consents ON consents.id = consent
            WHERE usage_events.id = ? AND withdrawn_at IS NOT NULL
            """, .integer(usage)
        ) { (workspace: $0.text(0), kind: $0.text(1), day: Timestamp(rawValue: $0.int(2)).day) }
        guard let withdrawn else { return }
        let place = [SQLValue.integer(withdrawn.day), .text(withdrawn.workspace), .text(withdrawn.kind)]
        let ofKind = "day = ? AND workspace = ? AND category = 'usage' AND kind = ?"
        try connection.run("UPDATE event_counts SET count = count - 1 WHERE \(ofKind)", place)
        try connection.run("DELETE FROM event_counts WHERE \(ofKind) AND count = 0", place)
    }
}

extension EventCount.Category {
    var table: String {
        switch self {
        case .usage: "usage_events"
        case .technical: "technical_events"
        case .security: "security_events"
        }
    }

    var retention: Retention {
        switch self {
        case .usage: .usage
        case .technical: .technical
        case .security: .security
        }
    }
}
