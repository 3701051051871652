import Digest
import Domain
import HolderContracts
import Policy
import SQLite

/// The tombstones in a holder's file. Every write checks them in its own transaction.
public enum Tombstones {
    public static let migration = Migration(
        "tombstones",
        sql: """
            CREATE TABLE tombstones (
                digest    BLOB PRIMARY KEY CHECK (length(digest) = 16),
                pepper    INTEGER NOT NULL,
                cutoff    INTEGER NOT NULL,
                placed_at INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE erasures (
                deletion   INTEGER NOT NULL,
                table_name TEXT NOT NULL,
                row_count  INTEGER NOT NULL,
                PRIMARY KEY (deletion, table_name)
            ) STRICT, WITHOUT ROWID;
            """,
        columns: ColumnNote.plain("tombstones", "pepper") + ColumnNote.plain("erasures", "deletion", "table_name", "row_count")
            + ["digest", "cutoff", "placed_at"].map {
                ColumnNote(
                    "tombstones", $0, .security, for: [.complyWithObligation], on: .legalObligation, kept: .tombstones, subject: nil,
                    erasure: .keep)
            })

    /// A tombstone that would keep nobody out.
    public struct Malformed: Error {}

    /// Stands tombstones; of two with one digest the later cut-off counts. Returns how many of them stand.
    /// - Throws: `Malformed` for a digest that isn't one; then none of them stands.
    @discardableResult
    public static func place(_ tombstones: [Tombstone], now: Timestamp, _ connection: Connection) throws -> Int64 {
        for tombstone in tombstones {
            guard let digest = Hex.decode(tombstone.digest), digest.count == ErasureDigester.digestBytes else { throw Malformed() }
            try connection.run(
                """
                INSERT INTO tombstones (digest, pepper, cutoff, placed_at) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (digest) DO UPDATE SET cutoff = max(cutoff, excluded.cutoff)
                """, .blob(digest), .integer(tombstone.pepper), .integer(tombstone.cutoff.rawValue), .integer(now.rawValue))
        }
        return Int64(tombstones.count)
    }

    /// The latest cut-off that any of the digests has; nil when none is erased.
    public static func cutoff(_ digests: [[UInt8]], _ connection: Connection) throws -> Timestamp? {
        var latest: Timestamp?
        for digest in digests {
            let cutoff = try connection.first("SELECT cutoff FROM tombstones WHERE digest = ?", .blob(digest)) { row in
                Timestamp(rawValue: row.int(0))
            }
            if let cutoff { latest = max(cutoff, latest ?? cutoff) }
        }
        return latest
    }

    /// Those of the workspaces that were erased as a whole, as subjects.
    public static func erasedWorkspaces(
        _ workspaces: some Sequence<WorkspaceID>, _ digester: ErasureDigester, _ connection: Connection
    ) throws -> [Subject] {
        try workspaces.compactMap { workspace in
            guard let cutoff = try cutoff(digester.digests(.workspace(workspace)), connection) else { return nil }
            var subject = Subject(workspace: workspace)
            subject.isWhole = true
            subject.cutoff = cutoff
            return subject
        }
    }

    /// Those of the people who were erased, and the workspaces that were as a whole: whom a copy from before that brings back. A person's
    /// number is never given again, so that the tombstone of a number is enough.
    public static func returned(
        _ people: [(id: ParticipantID, workspace: WorkspaceID)], of workspaces: Set<WorkspaceID>, _ digester: ErasureDigester,
        _ connection: Connection
    ) throws -> [Subject] {
        try erasedWorkspaces(workspaces, digester, connection)
            + people.compactMap { person in
                guard let cutoff = try cutoff(digester.digests(.participant(person.id)), connection) else { return nil }
                var subject = Subject(workspace: person.workspace)
                subject.participants = [person.id]
                subject.cutoff = cutoff
                return subject
            }
    }

    /// Adds to what a deletion removed here, so that a receipt counts all attempts.
    static func count(_ rows: [String: Int64], _ deletion: DeletionID, _ connection: Connection) throws -> [String: Int64] {
        for (table, count) in rows {
            try connection.run(
                """
                INSERT INTO erasures (deletion, table_name, row_count) VALUES (?1, ?2, ?3)
                ON CONFLICT (deletion, table_name) DO UPDATE SET row_count = row_count + excluded.row_count
                """, .integer(deletion.rawValue), .text(table), .integer(count))
        }
        var all: [String: Int64] = [:]
        try connection.each("SELECT table_name, row_count FROM erasures WHERE deletion = ?", .integer(deletion.rawValue)) { row in
            all[row.text(0)] = row.int(1)
        }
        return all
    }
}
