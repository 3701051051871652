import DeletionCoordinatorContracts
import Domain
import Policy
import SQLite
import Wire

/// Disclosures that deletion-coordinator has yet to hear of, in the file of the service that made them.
enum DisclosureTable {
    static let migration = Migration(
        "disclosure outbox",
        sql: """
            CREATE TABLE disclosure_outbox (
                sequence   INTEGER PRIMARY KEY AUTOINCREMENT,
                key        TEXT NOT NULL UNIQUE,
                disclosure BLOB NOT NULL
            ) STRICT;
            """,
        // It names its subject as a tombstone would, which the coordinator looks for when it hears of it.
        columns: ColumnNote.plain("disclosure_outbox", "sequence", "key") + [
            ColumnNote(
                "disclosure_outbox", "disclosure", .security, for: [.complyWithObligation], on: .legalObligation, kept: .outbox,
                subject: nil, erasure: .keep)
        ])

    struct Waiting: Sendable {
        let sequence: Int64
        let key: RequestKey
        let disclosure: Disclosure
    }

    static func add(_ key: RequestKey, _ disclosure: Disclosure, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO disclosure_outbox (key, disclosure) VALUES (?, ?)", .text(key.rawValue), .blob(FieldVisitor.write(disclosure)))
    }

    static func first(_ count: Int64, _ connection: Connection) throws -> [Waiting] {
        var rows: [Waiting] = []
        try connection.each("SELECT sequence, key, disclosure FROM disclosure_outbox ORDER BY sequence LIMIT ?", .integer(count)) { row in
            rows.append(
                Waiting(
                    sequence: row.int(0), key: RequestKey(row.text(1)),
                    disclosure: try FieldVisitor.read(Disclosure.self, from: row.blob(2))))
        }
        return rows
    }

    static func remove(_ sequences: [Int64], _ connection: Connection) throws {
        for sequence in sequences { try connection.run("DELETE FROM disclosure_outbox WHERE sequence = ?", .integer(sequence)) }
    }

    static func count(_ connection: Connection) throws -> Int64 {
        try connection.first("SELECT count(*) FROM disclosure_outbox") { $0.int(0) } ?? 0
    }
}
