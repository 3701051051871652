import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import HolderContracts
import Policy
import SQLite
import Wire

/// What is on record of data that was given to somebody.
extension DeletionCoordinatorStore {
    /// Records a disclosure once; nil when its key was given before, for another one.
    ///
    /// What comes late about an erased person is kept without them: the same digest would be their tombstone's.
    static func record(_ request: RecordDisclosure, digest: [UInt8], now: Timestamp, _ connection: Connection) throws -> DisclosureID? {
        let known = try connection.first("SELECT id, digest FROM disclosures WHERE key = ?", .text(request.key.rawValue)) {
            (id: DisclosureID(rawValue: $0.int(0)), digest: $0.blob(1))
        }
        if let known { return known.digest == digest ? known.id : nil }
        let disclosure = request.disclosure
        let subject = try disclosure.subject.flatMap(Hex.decode).flatMap { try Tombstones.cutoff([$0], connection) == nil ? $0 : nil }
        try connection.run(
            """
            INSERT INTO disclosures (key, digest, recipient_kind, recipient, categories, items, purpose, workspace, subject, role, happened_at,
                recorded_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .text(request.key.rawValue), .blob(digest), .text(disclosure.recipient.kind.rawValue), .text(disclosure.recipient.name),
            .text(disclosure.categories.map(\.rawValue).joined(separator: " ")), .integer(disclosure.items), .text(disclosure.purpose),
            SQLValue(disclosure.workspace?.rawValue), SQLValue(subject), SQLValue(disclosure.role?.rawValue),
            .integer(disclosure.at.rawValue), .integer(now.rawValue))
        return DisclosureID(rawValue: connection.lastInsertedRow)
    }

    func disclosures(_ request: ListDisclosures) throws -> [ListDisclosures.Entry] {
        try database.read("list disclosures") { connection in
            var entries: [ListDisclosures.Entry] = []
            try connection.each(
                """
                SELECT id, recipient_kind, recipient, categories, items, purpose, workspace, subject, role, happened_at FROM disclosures
                WHERE id < ?1 AND (?2 IS NULL OR workspace = ?2) ORDER BY id DESC LIMIT ?3
                """, .integer(request.before?.rawValue ?? Int64.max), SQLValue(request.workspace?.rawValue), .integer(request.limit)
            ) { row in
                entries.append(ListDisclosures.Entry(id: DisclosureID(rawValue: row.int(0)), try DeletionCoordinatorStore.disclosure(row)))
            }
            return entries
        }
    }

    private static func disclosure(_ row: borrowing Row) throws -> Disclosure {
        var disclosure = Disclosure()
        guard let kind = Recipient.Kind(rawValue: row.text(1)) else { throw UnreadableRow(table: "disclosures") }
        disclosure.recipient = Recipient(kind, row.text(2))
        disclosure.categories = row.text(3).split(separator: " ").compactMap { Category(rawValue: String($0)) }
        disclosure.items = row.int(4)
        disclosure.purpose = row.text(5)
        disclosure.workspace = row.optionalText(6).map(WorkspaceID.init(rawValue:))
        disclosure.subject = row.optionalBlob(7).map(Hex.encode)
        disclosure.role = row.optionalText(8).flatMap(Role.init)
        disclosure.at = Timestamp(rawValue: row.int(9))
        return disclosure
    }

    // MARK: As a holder

    static func disclosureCount(about digests: [[UInt8]], _ connection: Connection) throws -> Int64 {
        try digests.reduce(0) { count, digest in
            count + (try connection.first("SELECT count(*) FROM disclosures WHERE subject = ?", .blob(digest)) { $0.int(0) } ?? 0)
        }
    }

    /// That something was disclosed stays on record; about whom, nobody can tell any more.
    static func disclosureCount(of workspace: WorkspaceID, _ connection: Connection) throws -> Int64 {
        try connection.first(
            "SELECT count(*) FROM disclosures WHERE workspace = ? AND subject IS NOT NULL", .text(workspace.rawValue)
        ) { $0.int(0) } ?? 0
    }

    static func anonymizeDisclosures(of workspace: WorkspaceID, limit: Int, _ connection: Connection) throws -> Int64 {
        Int64(
            try connection.run(
                """
                UPDATE disclosures SET subject = NULL WHERE id IN (
                    SELECT id FROM disclosures WHERE workspace = ? AND subject IS NOT NULL LIMIT ?)
                """, .text(workspace.rawValue), SQLValue(limit)))
    }

    static func anonymizeDisclosures(about digests: [[UInt8]], _ connection: Connection) throws -> Int64 {
        try digests.reduce(0) { count, digest in
            count + Int64(try connection.run("UPDATE disclosures SET subject = NULL WHERE subject = ?", .blob(digest)))
        }
    }

    /// A disclosure's subject is the digest that their tombstone has.
    static func anonymizeDisclosuresOfErased(_ connection: Connection) throws {
        try connection.run("UPDATE disclosures SET subject = NULL WHERE subject IN (SELECT digest FROM tombstones)")
    }
}
