import Policy
import SQLite
import Testing

struct MigrationTests {
    private static let second = Migration(
        "add colour", sql: "ALTER TABLE note ADD COLUMN colour TEXT", columns: Sample.entries("note", ["colour"]))

    private func hint(_ folder: TemporaryFolder, _ migrations: [Migration], service: String = "sample") -> String {
        do {
            _ = try Database(path: folder.file("data.db"), service: service, migrations: migrations)
            return "started"
        } catch {
            return (error as? DatabaseError).map { "\($0.code): \($0.hint)" } ?? "\(error)"
        }
    }

    @Test func aFileGrowsWithItsMigrations() throws {
        let folder = TemporaryFolder()
        do {
            let old = try Sample.database(folder) { $0.nowMilliseconds = { 1_000 } }
            try old.writer.write("add") { _ = try Sample.add("kept", $0) }
        }

        let new = try Sample.database(folder, [Sample.notes, MigrationTests.second]) { $0.nowMilliseconds = { 2_000 } }

        #expect(try Sample.texts(new) == ["kept"])
        let applied = try new.read { connection in
            var applied: [String] = []
            try connection.each("SELECT position, name, applied_at FROM migrations ORDER BY position") {
                applied.append("\($0.int(0)) \($0.text(1)) \($0.int(2))")
            }
            return applied
        }
        #expect(applied == ["0 create notes 1000", "1 add colour 2000"])
        #expect(new.dataMap.map(\.column) == ["position", "name", "fingerprint", "applied_at", "id", "text", "colour"])
    }

    @Test func aFailingMigrationLeavesNothing() throws {
        let folder = TemporaryFolder()
        let broken = Migration("broken", sql: "CREATE TABLE half (id INTEGER); SELECT nothing", columns: Sample.entries("half", ["id"]))

        #expect(hint(folder, [Sample.notes, broken]) != "started")
        #expect(hint(folder, [Sample.notes]) == "started")
    }

    @Test func aNewerFileIsRefused() {
        let folder = TemporaryFolder()
        #expect(hint(folder, [Sample.notes, MigrationTests.second]) == "started")

        #expect(hint(folder, [Sample.notes]) == "schema: the file is newer than this binary: it has add colour")
    }

    @Test func anEditedMigrationIsRefused() {
        let folder = TemporaryFolder()
        #expect(hint(folder, [Sample.notes]) == "started")

        let renamed = Migration("make notes", sql: Sample.notes.sql, columns: Sample.notes.columns)
        let edited = Migration(Sample.notes.name, sql: Sample.notes.sql + " ", columns: Sample.notes.columns)
        #expect(hint(folder, [renamed]) == "schema: migration 0 of the file is create notes, of this binary make notes")
        #expect(hint(folder, [edited]) == "schema: the SQL of create notes was edited after it was applied")
    }

    @Test func everyDifferenceFromTheDataMapIsListed() {
        let folder = TemporaryFolder()
        let sql = "CREATE TABLE a (x INTEGER, y TEXT) STRICT; CREATE VIRTUAL TABLE words USING fts5 (word)"
        let migration = Migration("a", sql: sql, columns: Sample.entries("a", ["x", "x", "z"]))

        #expect(
            hint(folder, [migration]) == """
                schema: the data map differs from the schema:
                annotated twice: a.x
                annotation without column: a.z
                column without annotation: a.y
                column without annotation: words.word
                """)
        let whole = Migration("a", sql: sql, columns: Sample.entries("a", ["x", "y"]) + Sample.entries("words", ["word"]))
        #expect(hint(folder, [whole]) == "started")
    }

    @Test func aTableThatNobodyAnnotatedIsRefusedAndAnAnnotationOfNoTable() {
        let folder = TemporaryFolder()
        let sql = "CREATE TABLE note (id INTEGER PRIMARY KEY) STRICT; CREATE TABLE aside (id INTEGER PRIMARY KEY) STRICT"

        #expect(
            hint(folder, [Migration("a", sql: sql, columns: Sample.entries("note", ["id"]) + Sample.entries("elsewhere", ["id"]))]) == """
                schema: the data map differs from the schema:
                annotation without column: elsewhere.id
                column without annotation: aside.id
                """)
    }

    /// A view has columns and keeps nothing: an annotation that names one is of no table.
    @Test func everyKindOfColumnCountsAndAViewIsNoTable() {
        let folder = TemporaryFolder()
        let sql = """
            CREATE TABLE note (
                id INTEGER PRIMARY KEY, text TEXT, size INTEGER GENERATED ALWAYS AS (length(text)) STORED,
                upper TEXT GENERATED ALWAYS AS (upper(text)) VIRTUAL
            ) STRICT;
            CREATE VIEW notes AS SELECT id FROM note
            """
        let columns = Sample.entries("note", ["id"]) + Sample.entries("notes", ["id"])

        #expect(
            hint(folder, [Migration("a", sql: sql, columns: columns)]) == """
                schema: the data map differs from the schema:
                annotation without column: notes.id
                column without annotation: note.size
                column without annotation: note.text
                column without annotation: note.upper
                """)
    }

    /// Something made outside the migrations: by hand, or by code that nobody annotated.
    @Test func aFileThatChangedBehindTheMigrationsIsRefused() throws {
        let folder = TemporaryFolder()
        do {
            let database = try Sample.database(folder)
            try database.writer.write("change behind the migrations") { connection in
                try connection.execute("ALTER TABLE note ADD COLUMN mood TEXT; CREATE TABLE sold (person TEXT) STRICT")
            }
        }

        #expect(
            hint(folder, [Sample.notes]) == """
                schema: the data map differs from the schema:
                column without annotation: note.mood
                column without annotation: sold.person
                """)
    }

    @Test func anAnnotationAgainstThePolicyIsRefused() {
        let folder = TemporaryFolder()
        let note = ColumnNote(
            "note", "text", .communication, for: [.improveProduct], on: .consent, kept: .messengerData, subject: nil, erasure: .deleteRow)
        let migration = Migration("notes", sql: Sample.notes.sql, columns: ColumnNote.plain("note", "id") + [note])

        #expect(
            hint(folder, [migration]) == """
                schema: the data map differs from the schema:
                annotation against the policy: note.text: communication is never kept to improveProduct
                """)
    }

    @Test func anotherServicesFileIsRefused() {
        let folder = TemporaryFolder()
        #expect(hint(folder, [Sample.notes]) == "started")

        #expect(hint(folder, [Sample.notes], service: "other") == "schema: the file belongs to another service than other")
    }
}
