import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import SQLite
import Wire

/// What is told of deletions: to the operator, to the metrics, and to whoever has a code.
extension DeletionCoordinatorStore {
    /// Counts of open deletions.
    struct Standing: Sendable {
        var open, overdue, unacknowledged, held, stuck: Int64

        static let none = Standing(open: 0, overdue: 0, unacknowledged: 0, held: 0, stuck: 0)
    }

    /// Five business days later: with the weekend in between a week, unless it came on a Saturday or Sunday. Day 0, 1970-01-01, was a
    /// Thursday.
    private static let acknowledgeBy =
        "received_at + 86400000 * CASE (received_at / 86400000 + 4) % 7 WHEN 6 THEN 6 WHEN 0 THEN 5 ELSE 7 END"

    /// What a hold keeps is not late.
    func standing(now: Timestamp, attempts: Int64) throws -> Standing {
        try database.read("open deletions") { connection in
            try connection.first(
                """
                SELECT count(*), count(*) FILTER (WHERE received_at + extended_ms < ?1 AND step <> 'held'),
                    count(*) FILTER (WHERE acknowledged_at IS NULL AND \(DeletionCoordinatorStore.acknowledgeBy) < ?2), count(*) FILTER (WHERE step = 'held'),
                    count(*) FILTER (WHERE failed_attempts + setbacks >= ?3)
                FROM deletions WHERE next_at IS NOT NULL
                """, .integer(now.rawValue - ErasureDriver.overdueMilliseconds),
                .integer(now.rawValue), .integer(attempts)
            ) { Standing(open: $0.int(0), overdue: $0.int(1), unacknowledged: $0.int(2), held: $0.int(3), stuck: $0.int(4)) } ?? .none
        }
    }

    private static let columns = """
        id, kind, step, workspace, found, received_at, scheduled_for, completed_at, failed_attempts + setbacks, cutoff, verified_at,
        source, proof, policy_version, acknowledged_at, decide_by, ground, contact, leg, erased_in,
        extended_ms, extension_ground, \(lastCopyColumn)
        """

    /// - Parameter workspace: whose it must be; nil: anybody's.
    func read(_ deletion: DeletionID, of workspace: WorkspaceID? = nil) throws -> ReadDeletion.Response? {
        try database.read("read deletion") { connection in
            let id = SQLValue.integer(deletion.rawValue)
            let found = try connection.first(
                "SELECT \(DeletionCoordinatorStore.columns) FROM deletions WHERE id = ?1 AND workspace IS ifnull(?2, workspace)", id,
                SQLValue(workspace?.rawValue)
            ) { row in
                (deletion: try DeletionCoordinatorStore.readDeletion(row), stand: try DeletionCoordinatorStore.readStand(row))
            }
            guard let found else { return nil }
            var response = ReadDeletion.Response()
            response.deletion = found.deletion
            try connection.each("SELECT receipt FROM receipts WHERE deletion = ? ORDER BY leg", id) {
                response.receipts.append(try FieldVisitor.read(ErasureReceipt.self, from: $0.blob(0)))
            }
            try connection.each("SELECT proof FROM proofs WHERE deletion = ? ORDER BY leg", id) {
                response.proofs.append(try FieldVisitor.read(ProveErasure.Response.self, from: $0.blob(0)))
            }
            response.notices = try notices(of: deletion, connection)
            response.legs = found.stand.legs(receipts: response.receipts)
            return response
        }
    }

    func list(of workspace: WorkspaceID? = nil, limit: Int64, before: DeletionID?) throws -> [Deletion] {
        try database.read("list deletions") { connection in
            var deletions: [Deletion] = []
            try connection.each(
                """
                SELECT \(DeletionCoordinatorStore.columns) FROM deletions
                WHERE id < ?1 AND workspace IS ifnull(?2, workspace) ORDER BY id DESC LIMIT ?3
                """, .integer(before?.rawValue ?? Int64.max), SQLValue(workspace?.rawValue), .integer(limit)
            ) { deletions.append(try DeletionCoordinatorStore.readDeletion($0)) }
            return deletions
        }
    }

    /// What a code opens: of several deletions the one that is least far, and at the end one that found something. nil for one that was never given and for one whose record has expired.
    func status(codeDigest: [UInt8], now: Timestamp) throws -> DeletionStatus? {
        try database.read("deletion status") { connection in
            try connection.first(
                """
                SELECT \(DeletionCoordinatorStore.columns) FROM deletions
                WHERE id IN (SELECT deletion FROM requests WHERE code_digest = ?) AND (completed_at IS NULL OR completed_at > ?)
                ORDER BY completed_at IS NOT NULL, cutoff IS NOT NULL, found DESC, id LIMIT 1
                """, .blob(codeDigest), .integer(now.rawValue - Retention.requestRecords.length.milliseconds)
            ) { row in
                DeletionStatus(
                    deletion: try DeletionCoordinatorStore.readDeletion(row), startedAt: row.optionalInt(9).map(Timestamp.init(rawValue:)),
                    verifiedAt: row.optionalInt(10).map(Timestamp.init(rawValue:)))
            }
        }
    }

    /// What became of an extension.
    enum Extension: Sendable { case made, unknown, notExtendable }

    /// Once, within the first 30 days, of what has not ended. The same again changes nothing.
    static func extend(
        _ deletion: DeletionID, days: Int64, _ ground: Deletion.ExtensionGround, now: Timestamp, _ connection: Connection
    ) throws -> Extension {
        let wanted = days * 86_400_000
        let found = try connection.first(
            "SELECT received_at, extended_ms, extension_ground, next_at IS NULL FROM deletions WHERE id = ?",
            .integer(deletion.rawValue)
        ) { row -> Extension in
            if row.int(1) == wanted, row.optionalText(2) == ground.rawValue { return .made }
            let isLate = row.int(0) + ErasureDriver.overdueMilliseconds < now.rawValue
            return isLate || row.int(1) > 0 || row.bool(3) ? .notExtendable : .made
        }
        guard found == .made else { return found ?? .unknown }
        try connection.run(
            "UPDATE deletions SET extended_ms = ?2, extension_ground = ?3 WHERE id = ?1", .integer(deletion.rawValue), .integer(wanted),
            .text(ground.rawValue))
        return .made
    }

    private static func readDeletion(_ row: borrowing Row) throws -> Deletion {
        var deletion = Deletion()
        deletion.id = DeletionID(rawValue: row.int(0))
        deletion.kind = try readWord(row, 1)
        deletion.state = try readStep(row, 2).state
        deletion.workspace = row.optionalText(3).map(WorkspaceID.init(rawValue:))
        deletion.found = row.optionalInt(4).map { $0 != 0 }
        deletion.receivedAt = Timestamp(rawValue: row.int(5))
        deletion.scheduledFor = row.optionalInt(6).map(Timestamp.init(rawValue:))
        deletion.dueBy = deletion.receivedAt.adding(milliseconds: ErasureDriver.overdueMilliseconds + row.int(20))
        deletion.extensionGround = try readOptionalWord(row, 21)
        deletion.lastCopyExpiresAt = row.optionalInt(22).map(Timestamp.init(rawValue:))
        deletion.completedAt = row.optionalInt(7).map(Timestamp.init(rawValue:))
        deletion.failedAttempts = row.int(8)
        deletion.source = try readWord(row, 11)
        deletion.proof = try readOptionalWord(row, 12)
        deletion.policyVersion = row.text(13)
        deletion.acknowledgedAt = row.optionalInt(14).map(Timestamp.init(rawValue:))
        deletion.decideBy = row.optionalInt(15).map(Timestamp.init(rawValue:))
        deletion.ground = try readOptionalWord(row, 16)
        deletion.contact = row.optionalText(17)
        return deletion
    }

    private static func readStand(_ row: borrowing Row) throws -> ErasureStand {
        ErasureStand(
            step: try readStep(row, 2), leg: Int(row.int(18)), isVerified: row.optionalInt(10) != nil,
            erased: readHolders(row.optionalText(19)))
    }
}
