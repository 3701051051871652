import Foundation
import Policy
import SQLite
import Threads

/// A folder that goes when its test ends.
final class TemporaryFolder {
    let path: String

    init() {
        path = NSTemporaryDirectory() + "sqlite-tests-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try! FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// Lets a thread wait until the test says so.
final class Gate: @unchecked Sendable {  // `isOpen` is touched under `lock` only.
    private let lock = Lock()
    private let opened: Condition
    private var isOpen = false

    init() { opened = Condition(lock) }

    func open() {
        lock.withLock {
            isOpen = true
            opened.broadcast()
        }
    }

    func wait() { lock.withLock { while !isOpen { opened.wait() } } }
}

/// Collects answers, in the order in which they come, until `count` are there.
final class Answers<Value: Sendable>: @unchecked Sendable {  // `values` is touched under `lock` only.
    private let lock = Lock()
    private let added: Condition
    private var values: [Value] = []

    init() { added = Condition(lock) }

    func add(_ value: Value) {
        lock.withLock {
            values.append(value)
            added.broadcast()
        }
    }

    var soFar: [Value] { lock.withLock { values } }

    func wait(for count: Int) -> [Value] {
        lock.withLock {
            while values.count < count { added.wait() }
            return values
        }
    }
}

enum Sample {
    static let notes = Migration(
        "create notes",
        sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE CHECK (text <> 'forbidden')) STRICT",
        columns: entries("note", ["id", "text"]))

    static let families = Migration(
        "create families",
        sql: """
            CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
            CREATE TABLE child (
                id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED
            ) STRICT;
            """,
        columns: entries("parent", ["id"]) + entries("child", ["id", "parent"]))

    static func entries(_ table: String, _ columns: [String]) -> [ColumnNote] {
        columns.map {
            ColumnNote(
                table, $0, .communication, for: [.provideService], on: .customerInstruction, kept: .messengerData, subject: "note",
                erasure: .deleteRow)
        }
    }

    static func database(
        _ folder: TemporaryFolder, _ migrations: [Migration] = [notes], changing change: (inout DatabaseOptions) -> Void = { _ in }
    ) throws -> Database {
        var options = DatabaseOptions()
        change(&options)
        return try Database(path: folder.file("data.db"), service: "sample", migrations: migrations, options: options)
    }

    @discardableResult
    static func add(_ text: String, _ connection: Connection) throws -> Int64 {
        try connection.run("INSERT INTO note (text) VALUES (?)", .text(text))
        return connection.lastInsertedRow
    }

    static func texts(_ database: Database) throws -> [String] {
        try database.read { connection in
            var texts: [String] = []
            try connection.each("SELECT text FROM note ORDER BY id") { texts.append($0.text(0)) }
            return texts
        }
    }

    /// Holds the writer until the gate opens, so that what is submitted meanwhile becomes one batch.
    static func hold(_ writer: DatabaseWriter) -> Gate {
        let gate = Gate()
        let held = Gate()
        let accepted = writer.submit("hold") { _ in
            held.open()
            gate.wait()
        } completion: { _ in
        }
        precondition(accepted, "an empty queue takes a job")
        held.wait()
        return gate
    }
}

/// The code of the database error that `work` throws; nil when it throws none.
func errorCode(_ work: () throws -> Void) -> DatabaseError.Code? {
    do {
        try work()
        return nil
    } catch {
        return (error as? DatabaseError)?.code
    }
}
