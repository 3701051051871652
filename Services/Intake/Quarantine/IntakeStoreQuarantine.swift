import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import SQLite

/// What came in from whom it should but could not be taken.
extension IntakeStore {
    /// A piece as it is kept, with what decides how it is tried again.
    struct QuarantinedPiece {
        let entry: ListQuarantine.Entry
        let raw: [UInt8]
        /// The channel whose own door it came in by.
        let door: ChannelID?
    }

    private static let entryColumns = "id, platform, reason, length(raw), received_at, expires_at, channel"

    /// Keeps one piece as it came; the same bytes again are kept once, and not anew when they were erased. Returns 1 when it is new.
    func quarantine(_ item: Delivery.Quarantined, _ delivery: Delivery, _ connection: Connection) throws -> Int64 {
        guard try note(item.digest, ofReceiptAt: delivery.receivedAt, connection) else { return 0 }
        let expiresAt = delivery.receivedAt.adding(milliseconds: Retention.quarantine.length.milliseconds)
        try connection.run(
            """
            INSERT INTO quarantine (platform, reason, channel, door, digest, received_at, expires_at, is_partial, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .text(delivery.source.platform.rawValue), .text(item.reason.rawValue), SQLValue(item.channel?.rawValue),
            SQLValue(delivery.source.channel?.id.rawValue), .blob(item.digest), .integer(delivery.receivedAt.rawValue),
            .integer(expiresAt.rawValue), SQLValue(item.names.isPartial), .blob(item.raw))
        try index(item.names, of: connection.lastInsertedRow, connection)
        return 1
    }

    func index(_ names: QuarantinedNames, of piece: Int64, _ connection: Connection) throws {
        for digest in names.digests {
            try connection.run("INSERT INTO quarantine_names (digest, piece) VALUES (?, ?)", .blob(digest), .integer(piece))
        }
    }

    func quarantined(after id: Int64, _ connection: Connection) throws -> [ListQuarantine.Entry] {
        var entries: [ListQuarantine.Entry] = []
        try connection.each(
            "SELECT \(IntakeStore.entryColumns) FROM quarantine WHERE id > ? ORDER BY id LIMIT ?", .integer(id),
            .integer(Int64(ListQuarantine.countMax))
        ) { entries.append(ListQuarantine.Entry($0)) }
        return entries
    }

    func quarantined(_ id: Int64, _ connection: Connection) throws -> QuarantinedPiece? {
        try connection.first("SELECT \(IntakeStore.entryColumns), raw, door FROM quarantine WHERE id = ?", .integer(id)) { row in
            QuarantinedPiece(
                entry: ListQuarantine.Entry(row), raw: row.blob(7), door: row.optionalText(8).map(ChannelID.init(rawValue:)))
        }
    }

    /// Takes in what a piece holds, as if it came now; the tombstones of people who were erased in between stand before it as before any
    /// delivery. Nothing changes when it still can't be taken.
    /// - Parameter delivery: the piece, read anew.
    func release(_ id: Int64, as delivery: Delivery, now: Timestamp, _ connection: Connection) throws -> Tally {
        guard try removeQuarantined([id], connection) == 1 else { throw Refused<ReleaseQuarantined>(reason: .unknownPiece) }
        let tally = try accept(delivery, now: now, connection)
        let isTaken = tally.accepted + tally.repeated + tally.keptOut > 0 || tally.dropped != Delivery.Dropped()
        guard isTaken || delivery.quarantined.isEmpty else { throw Refused<ReleaseQuarantined>(reason: .stillUnfit) }
        return tally
    }

    /// Pieces in which one of the subject's names stands. A piece of a channel of another workspace is nobody's here.
    func quarantineRows(of subject: Subject, _ keys: InboxKeys, _ connection: Connection) throws -> [Int64] {
        var ids: Set<Int64> = []
        for name in subject.searchableNames {
            let bytes = Array(name.utf8)
            try connection.each(
                """
                SELECT id, received_at FROM quarantine
                WHERE (id IN (SELECT piece FROM quarantine_names WHERE digest = ?1) OR (is_partial AND instr(raw, ?2) > 0))
                    AND (channel IS NULL OR channel IN (SELECT id FROM channels WHERE workspace = ?3))
                """, .blob(keys.digest(ofQuarantinedName: bytes)), .blob(bytes), .text(subject.workspace.rawValue)
            ) { row in
                if subject.covers(Timestamp(rawValue: row.int(1))) { ids.insert(row.int(0)) }
            }
        }
        return ids.sorted()
    }

    func removeQuarantined(_ ids: [Int64], _ connection: Connection) throws -> Int64 {
        var count = 0
        for id in ids { count += try connection.run("DELETE FROM quarantine WHERE id = ?", .integer(id)) }
        return Int64(count)
    }

    /// Pieces may have 3 MiB each.
    static let quarantinePortionRows = 16

    func expiringQuarantine(at time: Timestamp) -> ExpiringRows {
        ExpiringRows(
            "quarantine", due: "SELECT id FROM quarantine WHERE expires_at <= ?", [.integer(time.rawValue)],
            portionRows: IntakeStore.quarantinePortionRows)
    }
}

extension ListQuarantine.Entry {
    fileprivate init(_ row: borrowing Row) {
        guard let platform = Platform(rawValue: row.text(1)), let reason = Reason(rawValue: row.text(2)) else {
            preconditionFailure("the schema's CHECKs and the enums name the same words")
        }
        self.init(
            id: row.int(0), platform: platform, reason: reason, channel: row.optionalText(6).map(ChannelID.init(rawValue:)),
            bytes: row.int(3), receivedAt: Timestamp(rawValue: row.int(4)), expiresAt: Timestamp(rawValue: row.int(5)))
    }
}
