import Domain
import IntakeContracts
import Policy
import SQLite
import Wire

/// The facts as they stand in a service's own file, with the cursor that they came by, so that a restart knows them at once.
public enum AccessTable {
    public static let migration = Migration(
        "access facts",
        sql: """
            CREATE TABLE access_facts (
                sequence INTEGER PRIMARY KEY,
                subject  TEXT NOT NULL UNIQUE,
                fact     BLOB NOT NULL
            ) STRICT;
            CREATE TABLE access_cursor (
                id       INTEGER PRIMARY KEY CHECK (id = 1),
                epoch    TEXT NOT NULL,
                sequence INTEGER NOT NULL
            ) STRICT;
            """,
        columns: ColumnNote.plain("access_facts", "sequence") + ColumnNote.plain("access_cursor", "id", "epoch", "sequence")
            + ["subject", "fact"].map {
                ColumnNote(
                    "access_facts", $0, .workspaceConfiguration, for: [.provideService, .maintainSecurity], on: .contract,
                    kept: .accountData, subject: nil, erasure: .keep)
            })

    static func cursor(_ connection: Connection) throws -> Cursor {
        try connection.first("SELECT epoch, sequence FROM access_cursor") { Cursor(epoch: $0.text(0), sequence: $0.int(1)) } ?? Cursor()
    }

    static func facts(_ connection: Connection) throws -> [AccessFact] {
        var facts: [AccessFact] = []
        try connection.each("SELECT fact FROM access_facts ORDER BY sequence") { row in
            facts.append(try FieldVisitor.read(AccessFact.self, from: row.blob(0)))
        }
        return facts
    }

    /// Takes one answer of the feed: facts and cursor in the caller's one transaction.
    static func take(_ response: ReadAccessFeed.Response, _ connection: Connection) throws {
        if response.restarted { try connection.run("DELETE FROM access_facts") }
        for fact in response.facts { try put(fact, connection) }
        try connection.run(
            "INSERT OR REPLACE INTO access_cursor (id, epoch, sequence) VALUES (1, ?, ?)", .text(response.next.epoch),
            .integer(response.next.sequence))
    }

    /// The last of all, in the place of what was known of the same thing.
    public static func put(_ fact: AccessFact, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO access_facts (subject, fact) VALUES (?, ?)", .text(fact.subject), .blob(FieldVisitor.write(fact)))
    }
}
