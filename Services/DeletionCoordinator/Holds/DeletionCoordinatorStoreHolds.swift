import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import HolderContracts
import Policy
import SQLite
import Wire

/// Legal holds: who is held, and what that means for a run.
extension DeletionCoordinatorStore {
    /// A hold that was asked for, checked.
    struct WantedHold: Sendable {
        let key: RequestKey
        let digest: [UInt8]
        let target: Hold.Target
        let workspace: WorkspaceID?
        let deletion: DeletionID?
        let sealedSubject: [UInt8]?
        let ground: Hold.Ground
        let reference: RequestKey?
        let scope: [Hold.Scope]
        let endsAt: Timestamp?
        let now: Timestamp
    }

    static func place(_ hold: WantedHold, _ connection: Connection) throws -> HoldID {
        let known = try connection.first("SELECT id, digest FROM holds WHERE key = ?", .text(hold.key.rawValue)) { row in
            guard row.blob(1) == hold.digest else { throw KeyReused() }
            return HoldID(rawValue: row.int(0))
        }
        if let known { return known }
        try connection.run(
            """
            INSERT INTO holds (key, digest, target, workspace, deletion, subject, ground, reference, scope, placed_at, ends_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .text(hold.key.rawValue), .blob(hold.digest), .text(hold.target.rawValue), SQLValue(hold.workspace?.rawValue),
            SQLValue(hold.deletion?.rawValue), hold.sealedSubject.map(SQLValue.blob) ?? .null, .text(hold.ground.rawValue),
            SQLValue(hold.reference?.rawValue), .text(hold.scope.map(\.rawValue).joined(separator: " ")),
            .integer(hold.now.rawValue), SQLValue(hold.endsAt?.rawValue))
        return HoldID(rawValue: connection.lastInsertedRow)
    }

    /// A hold that is lifted names nobody any more. nil: there is no such.
    static func lift(_ hold: HoldID, now: Timestamp, _ connection: Connection) throws -> Hold? {
        try connection.run(
            "UPDATE holds SET lifted_at = ?2, subject = NULL WHERE id = ?1 AND lifted_at IS NULL", .integer(hold.rawValue),
            .integer(now.rawValue))
        return try connection.first("SELECT \(holdColumns) FROM holds WHERE id = ?", .integer(hold.rawValue)) { try readHold($0) }
    }

    func holds(of workspace: WorkspaceID?, limit: Int64, before: HoldID?) throws -> [Hold] {
        try database.read("list holds") { connection in
            var holds: [Hold] = []
            try connection.each(
                """
                SELECT \(DeletionCoordinatorStore.holdColumns) FROM holds
                WHERE id < ?1 AND workspace IS ifnull(?2, workspace) ORDER BY id DESC LIMIT ?3
                """, .integer(before?.rawValue ?? Int64.max), SQLValue(workspace?.rawValue), .integer(limit)
            ) { holds.append(try DeletionCoordinatorStore.readHold($0)) }
            return holds
        }
    }

    /// Deletions that a hold may come upon.
    func openDeletions(limit: Int) throws -> [DeletionID] {
        try database.read("open deletions") { connection in
            var open: [DeletionID] = []
            try connection.each(
                "SELECT id FROM deletions WHERE step IN ('weighing', 'erasing', 'held', 'verifying') ORDER BY id LIMIT ?", SQLValue(limit)
            ) { open.append(DeletionID(rawValue: $0.int(0))) }
            return open
        }
    }

    /// What the standing holds keep of what a run is about.
    func keeping(of run: ErasureRun, now: Timestamp) throws -> Keeping {
        try database.read("weigh holds") { connection in
            var keeping = Keeping.nothing
            try connection.each(
                """
                SELECT subject, scope, ends_at FROM holds
                WHERE lifted_at IS NULL AND (ends_at IS NULL OR ends_at > ?1) AND (deletion = ?2 OR deletion IS NULL AND workspace IS ?3)
                """, .integer(now.rawValue), .integer(run.deletion.rawValue),
                SQLValue(run.subject.workspace == .nobodys ? nil : run.subject.workspace.rawValue)
            ) { row in
                if let sealed = row.optionalBlob(0), try !seal.open(sealed).isAbout(run.subject) { return }
                keeping.holders.formUnion(DeletionCoordinatorStore.readScope(row.text(1)).map(\.holder))
                if let end = row.optionalInt(2).map(Timestamp.init(rawValue:)) { keeping.until = min(end, keeping.until ?? end) }
            }
            return keeping
        }
    }

    /// All that stand, for `holds.standing`.
    func standingHolds(_ digester: ErasureDigester, now: Timestamp) throws -> StandingHolds {
        try database.read("standing holds") { connection in
            var holds: [StandingHold] = []
            try connection.each(
                """
                SELECT \(DeletionCoordinatorStore.holdColumns), key, digest, subject FROM holds
                WHERE lifted_at IS NULL AND (ends_at IS NULL OR ends_at > ?) ORDER BY id
                """, .integer(now.rawValue)
            ) { row in
                let known = try DeletionCoordinatorStore.readHold(row)
                var hold = StandingHold()
                (hold.hold, hold.key, hold.digest) = (known.id, RequestKey(row.text(10)), Hex.encode(row.blob(11)))
                (hold.target, hold.ground, hold.scope) = (known.target.rawValue, known.ground.rawValue, row.text(6))
                (hold.workspace, hold.deletion, hold.reference) = (known.workspace, known.deletion, known.reference)
                (hold.placedAt, hold.endsAt) = (known.placedAt, known.endsAt)
                hold.holders = Set(known.scope.map(\.holder.rawValue)).sorted()
                if let sealed = row.optionalBlob(12) {
                    hold.sealedSubject = Base64URL.encode(sealed)
                    let subject = try seal.open(sealed)
                    hold.person = subject.aliases.first.map { digester.tag(.held(subject.workspace, $0)) }
                }
                holds.append(hold)
            }
            return StandingHolds(holds)
        }
    }

    /// After a restoration: the file outside the backup says what stands, whatever the copy knew. Deletions that are held look again.
    static func restore(_ holds: StandingHolds, now: Timestamp, _ connection: Connection) throws {
        for hold in holds.all {
            try connection.run(
                """
                INSERT INTO holds (id, key, digest, target, workspace, deletion, subject, ground, reference, scope, placed_at, ends_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING
                """, .integer(hold.hold.rawValue), .text(hold.key.rawValue), SQLValue(Hex.decode(hold.digest)), .text(hold.target),
                SQLValue(hold.workspace?.rawValue), SQLValue(hold.deletion?.rawValue),
                SQLValue(hold.sealedSubject.flatMap(Base64URL.decode)), .text(hold.ground), SQLValue(hold.reference?.rawValue),
                .text(hold.scope), .integer(hold.placedAt.rawValue), SQLValue(hold.endsAt?.rawValue))
        }
        let standing = Set(holds.all.map(\.key.rawValue))
        var lifted: [HoldID] = []
        try connection.each("SELECT id, key FROM holds WHERE lifted_at IS NULL") { row in
            if !standing.contains(row.text(1)) { lifted.append(HoldID(rawValue: row.int(0))) }
        }
        for hold in lifted { _ = try lift(hold, now: now, connection) }
        try connection.run(
            "UPDATE deletions SET kept_until = ?1, next_at = ?1 WHERE step = 'held'", .integer(now.rawValue))
    }

    private static let holdColumns = "id, target, workspace, deletion, ground, reference, scope, placed_at, ends_at, lifted_at"

    private static func readHold(_ row: borrowing Row) throws -> Hold {
        var hold = Hold()
        hold.id = HoldID(rawValue: row.int(0))
        hold.target = try readWord(row, 1)
        hold.workspace = row.optionalText(2).map(WorkspaceID.init(rawValue:))
        hold.deletion = row.optionalInt(3).map(DeletionID.init(rawValue:))
        hold.ground = try readWord(row, 4)
        hold.reference = row.optionalText(5).map(RequestKey.init)
        hold.scope = readScope(row.text(6))
        hold.placedAt = Timestamp(rawValue: row.int(7))
        hold.endsAt = row.optionalInt(8).map(Timestamp.init(rawValue:))
        hold.liftedAt = row.optionalInt(9).map(Timestamp.init(rawValue:))
        return hold
    }

    static func readScope(_ text: String) -> [Hold.Scope] {
        text.split(separator: " ").compactMap { Hold.Scope(rawValue: String($0)) }
    }
}

extension Hold.Scope {
    /// Who has it.
    var holder: Peer {
        switch self {
        case .messages: .conversationStore
        case .forms: .intake
        }
    }
}

extension Subject {
    /// Whether a hold on this person covers what a run has found of somebody. A whole workspace is everybody in it.
    fileprivate func isAbout(_ other: Subject) -> Bool { other.isWhole == true || !Set(aliases).isDisjoint(with: other.aliases) }
}
