import Foundation
import Policy
import Testing

@testable import SQLite

/// Copies of a file that is in use.
struct CopyTests {
    private let folder = TemporaryFolder()

    private func copy(_ database: Database, to path: String, mark: Int64 = 0) throws -> Int64 {
        let answers = Answers<Result<Int64, any Error>>()
        let isAccepted = database.writer.copy(to: path, mark: { mark }, completion: answers.add)
        precondition(isAccepted, "the queue is empty")
        return try answers.wait(for: 1)[0].get()
    }

    private func opened(_ path: String, _ migrations: [Migration] = [Sample.notes]) throws -> Database {
        try Database(path: path, service: "sample", migrations: migrations)
    }

    @Test func aCopyHoldsWhatWasWrittenAndSaysThatItIsOne() throws {
        let database = try Sample.database(folder)
        try database.writer.write("add") { connection in for number in 0..<5000 { try Sample.add("note \(number)", connection) } }

        let bytes = try copy(database, to: folder.file("copy"), mark: 7)
        try database.writer.write("add") { try Sample.add("later", $0) }

        let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("copy"))
        #expect(attributes[.size] as? Int64 == bytes)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(database.copyMark == nil)
        let copied = try opened(folder.file("copy"))
        #expect(copied.copyMark == 7)
        #expect(try Sample.texts(copied).count == 5000)
    }

    @Test func whatIsWrittenMeanwhileIsInIt() throws {
        let database = try Sample.database(folder)
        try database.writer.write("add") { connection in
            for number in 0..<20_000 { try Sample.add(String(repeating: "\(number) ", count: 40), connection) }
        }
        let (answers, written) = (Answers<Result<Int64, any Error>>(), Answers<Bool>())
        let isAccepted = database.writer.copy(to: folder.file("copy"), mark: { 0 }, completion: answers.add)
        #expect(isAccepted)
        for number in 0..<20 {
            let isQueued = database.writer.submit("add") {
                try Sample.add("meanwhile \(number)", $0)
            } completion: { _ in
                written.add(true)
            }
            #expect(isQueued)
        }
        _ = written.wait(for: 20)
        // Control: it was not over before the first of them was written.
        #expect(answers.soFar.isEmpty)
        _ = try answers.wait(for: 1)[0].get()

        #expect(try Sample.texts(opened(folder.file("copy"))).filter { $0.hasPrefix("meanwhile") }.count == 20)
    }

    @Test func nothingErasedIsInACopy() throws {
        let needle = "Ekaterina Beispiel"
        let database = try Sample.database(folder)
        try database.writer.write("add") { connection in
            for number in 0..<200 { try Sample.add("\(needle) \(number)", connection) }
            try Sample.add("somebody else", connection)
        }
        _ = try copy(database, to: folder.file("before"))
        try database.writer.write("erase") { try $0.run("DELETE FROM note WHERE text LIKE '%Beispiel%'") }

        // The log still has the old pages: the copy is made of what they are now.
        _ = try copy(database, to: folder.file("after"))

        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file("before")))
        let after = try Data(contentsOf: URL(fileURLWithPath: folder.file("after")))
        #expect(before.range(of: Data(needle.utf8)) != nil)
        #expect(after.range(of: Data(needle.utf8)) == nil)
        #expect(after.range(of: Data("somebody else".utf8)) != nil)
    }

    @Test func aFileThatIsThereStaysAsItIs() throws {
        let database = try Sample.database(folder)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.file("copy")))

        #expect(throws: DatabaseError.self) { try copy(database, to: folder.file("copy")) }
        #expect(throws: DatabaseError.self) { try copy(database, to: folder.file("nowhere/copy")) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("copy"))) == Data("mine".utf8))
        #expect(try copy(database, to: folder.file("another")) > 0)
    }

    @Test func aCopyThatIsInterruptedLeavesNoFile() throws {
        let database = try Sample.database(folder)
        struct Unreadable: Error {}
        let answers = Answers<Result<Int64, any Error>>()
        let isAccepted = database.writer.copy(to: folder.file("copy"), mark: { throw Unreadable() }, completion: answers.add)
        #expect(isAccepted)
        #expect(throws: Unreadable.self) { try answers.wait(for: 1)[0].get() }
        #expect(!FileManager.default.fileExists(atPath: folder.file("copy")))
    }

    @Test func numbersGoOnAboveTheFloorAndTheFileIsItsOwnAgain() throws {
        let migrations = [
            Migration(
                "create tickets", sql: "CREATE TABLE ticket (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL) STRICT",
                columns: ColumnNote.plain("ticket", "id", "at"))
        ]
        _ = try copy(try Sample.database(folder, migrations), to: folder.file("copy"))
        do {
            let copied = try opened(folder.file("copy"), migrations)
            #expect(copied.copyMark == 0)
            try copied.writer.write("end") { try $0.endCopy(numbersFrom: 1000) }
        }
        let again = try opened(folder.file("copy"), migrations)
        #expect(again.copyMark == nil)
        let number = try again.writer.write("add") { connection in
            try connection.run("INSERT INTO ticket (at) VALUES (1)")
            return connection.lastInsertedRow
        }
        #expect(number == 1001)
    }
}
