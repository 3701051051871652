import Policy

/// A named step of a schema, with the annotations of the columns that it adds.
///
/// Migrations are appended, and their SQL is never edited: the file remembers name and fingerprint of each. Annotations may change
/// with the policy, and go when a later migration drops their column.
public struct Migration: Sendable {
    public let name: String
    public let sql: String
    public let columns: [ColumnNote]

    public init(_ name: String, sql: String, columns: [ColumnNote]) {
        self.name = name
        self.sql = sql
        self.columns = columns
    }

    /// FNV-1a over the SQL text: tells an accident from no change, and is no protection against intent.
    /// Source: draft-eastlake-fnv.
    var fingerprint: Int64 { Migration.fingerprint(of: sql) }

    static func fingerprint(of text: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}

/// Brings a file to the schema of this binary, forward only, each migration in one transaction.
struct Migrator {
    let service: String
    let migrations: [Migration]
    let nowMilliseconds: @Sendable () -> Int64

    private static let operation = "migrate"
    /// Of the one table that is ours.
    private static let columns = ColumnNote.plain("migrations", "position", "name", "fingerprint", "applied_at")

    /// The annotations of every column, in the order of the migrations.
    var dataMap: [ColumnNote] { Migrator.columns + migrations.flatMap(\.columns) }

    func migrate(_ connection: Connection) throws {
        connection.operation = Migrator.operation
        try claim(connection)
        let applied = try history(connection)
        for (position, migration) in migrations.enumerated().dropFirst(applied) {
            connection.operation = "migrate: \(migration.name)"
            try inTransaction(connection) {
                try connection.execute(migration.sql)
                try connection.run(
                    "INSERT INTO migrations (position, name, fingerprint, applied_at) VALUES (?, ?, ?, ?)",
                    SQLValue(position), .text(migration.name), .integer(migration.fingerprint), .integer(nowMilliseconds()))
            }
        }
        connection.operation = Migrator.operation
        let differences = DataMap.differences(dataMap, live: try DataMap.liveColumns(connection))
        guard differences.isEmpty else { throw refusal("the data map differs from the schema:\n" + differences.joined(separator: "\n")) }
    }

    /// Marks a new file as this service's own, and refuses another service's file.
    private func claim(_ connection: Connection) throws {
        let own = Int64(Int32(truncatingIfNeeded: Migration.fingerprint(of: service))) | 1
        let marked = try connection.first("PRAGMA application_id") { $0.int(0) } ?? 0
        if marked == own { return }
        let tables = try connection.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) } ?? 0
        guard marked == 0, tables == 0 else { throw refusal("the file belongs to another service than \(service)") }
        try inTransaction(connection) {
            try connection.execute(
                """
                PRAGMA application_id = \(own);
                CREATE TABLE migrations (
                    position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, fingerprint INTEGER NOT NULL, applied_at INTEGER NOT NULL
                ) STRICT
                """)
        }
    }

    /// How many migrations the file has; they must be the first of ours, unchanged.
    private func history(_ connection: Connection) throws -> Int {
        var problems: [String] = []
        var count = 0
        try connection.each("SELECT name, fingerprint FROM migrations ORDER BY position") { row in
            let name = row.text(0)
            if count >= migrations.count {
                problems.append("the file is newer than this binary: it has \(name)")
            } else if migrations[count].name != name {
                problems.append("migration \(count) of the file is \(name), of this binary \(migrations[count].name)")
            } else if migrations[count].fingerprint != row.int(1) {
                problems.append("the SQL of \(name) was edited after it was applied")
            }
            count += 1
        }
        guard problems.isEmpty else { throw refusal(problems.joined(separator: "\n")) }
        return count
    }

    private func inTransaction(_ connection: Connection, _ work: () throws -> Void) throws {
        try connection.run("BEGIN IMMEDIATE")
        do {
            try work()
            try connection.run("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.run("ROLLBACK") }
            throw error
        }
    }

    private func refusal(_ hint: String) -> DatabaseError { DatabaseError(.schema, operation: Migrator.operation, hint: hint) }
}
