import Digest
import Foundation

/// A program outside the mesh that opens a service's file: a backup tool, a curious person. It is Python's own SQLite, so what it sees
/// does not depend on our code.
final class OutsideProgram {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    struct Failed: Error {
        let status: Int32
        let output: String
    }

    private init(_ script: String, _ arguments: [String]) throws {
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script] + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit { if process.isRunning { process.terminate() } }

    // MARK: Holding a file

    /// Reads one snapshot of a database and keeps it until `release`.
    static func reader(of database: String) throws -> OutsideProgram {
        try holder(of: database, "BEGIN", "SELECT count(*) FROM sqlite_schema")
    }

    /// Takes the one place of a writer and keeps it until `release`.
    static func writer(of database: String) throws -> OutsideProgram { try holder(of: database, "BEGIN IMMEDIATE") }

    private static func holder(of database: String, _ statements: String...) throws -> OutsideProgram {
        let program = try OutsideProgram(
            """
            import sqlite3, sys
            link = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
            link.execute("PRAGMA wal_autocheckpoint=0")
            for statement in sys.argv[2:]: link.execute(statement).fetchall()
            print("held", flush=True)
            sys.stdin.readline()
            link.execute("ROLLBACK")
            print("released", flush=True)
            sys.stdin.readline()
            """, [database] + statements)
        try program.expect("held")
        return program
    }

    /// Lets the file go; the connection stays open, so that closing it checkpoints nothing.
    func release() throws {
        input.fileHandleForWriting.write(Data("\n".utf8))
        try expect("released")
    }

    private func expect(_ word: String) throws {
        var line = ""
        while line.last != "\n" {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            line += String(decoding: more, as: UTF8.self)
        }
        guard line == "\(word)\n" else { throw Failed(status: -1, output: line) }
    }

    // MARK: One look

    /// The rows of a query; columns are parted by tabs. Reads only: it neither writes nor checkpoints.
    static func rows(of database: String, _ query: String) throws -> [String] {
        try run(
            """
            import sqlite3, sys
            link = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=20)
            for row in link.execute(sys.argv[2]): print("\\t".join(str(value) for value in row))
            """, [database, query])
    }

    /// Changes the file of a service that is stopped, to see whether a check notices.
    static func change(_ database: String, _ statement: String) throws {
        _ = try run(
            """
            import sqlite3, sys
            link = sqlite3.connect(sys.argv[1])
            if link.execute(sys.argv[2]).rowcount != 1: sys.exit("changed no row, or many")
            link.commit()
            """, [database, statement])
    }

    /// What stands in a column: how many values, and of texts and bytes those that are long enough to be nobody else's by chance.
    struct ColumnContent {
        let table, column, type: String
        let count: Int
        let values: [[UInt8]]
    }

    static func contents(of database: String, _ columns: [(table: String, column: String)]) throws -> [ColumnContent] {
        let lines = try run(
            """
            import sqlite3, sys
            link = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True, timeout=20)
            for table, column in zip(*[iter(sys.argv[2:])] * 2):
                kind = [c[2] for c in link.execute(f"PRAGMA table_info({table})") if c[1] == column][0]
                count = link.execute(f"SELECT count({column}) FROM {table}").fetchone()[0]
                long = f"typeof({column}) IN ('text', 'blob') AND length(CAST({column} AS BLOB)) >= 8"
                values = [row[0] for row in link.execute(f"SELECT hex({column}) FROM {table} WHERE {long}")]
                print("\\t".join([table, column, kind, str(count)] + values))
            """, [database] + columns.flatMap { [$0.table, $0.column] })
        return lines.map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            return ColumnContent(
                table: cells[0], column: cells[1], type: cells[2], count: Int(cells[3]) ?? 0,
                values: cells.dropFirst(4).compactMap { Hex.decode($0.lowercased()) })
        }
    }

    /// A word in a column, behind the mesh's back.
    struct Leftover {
        let table, column, word: String
    }

    /// Adds a row with each of the words to the file of a service that is stopped, whatever the schema demands beside the columns' types.
    static func leave(_ leftovers: [Leftover], in database: String) throws {
        _ = try run(
            """
            import sqlite3, sys
            link = sqlite3.connect(sys.argv[1])
            link.execute("PRAGMA ignore_check_constraints = ON")
            for number, (table, column, word) in enumerate(zip(*[iter(sys.argv[2:])] * 3)):
                row = {}
                for name, kind, needed, default, key in (c[1:6] for c in link.execute(f"PRAGMA table_info({table})")):
                    if name == column:
                        row[name] = word.encode() if kind == "BLOB" else word
                    elif needed or key:
                        row[name] = {"INTEGER": 900000 + number, "BLOB": b"%016d" % number}.get(kind, f"other-{number}")
                marks = ", ".join("?" * len(row))
                link.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
            link.commit()
            """, [database] + leftovers.flatMap { [$0.table, $0.column, $0.word] })
    }

    /// Gives the file of a service that is stopped another schema.
    static func alter(_ database: String, _ statement: String) throws {
        _ = try run(
            """
            import sqlite3, sys
            sqlite3.connect(sys.argv[1]).execute(sys.argv[2])
            """, [database, statement])
    }

    private static func run(_ script: String, _ arguments: [String]) throws -> [String] {
        let program = try OutsideProgram(script, arguments)
        let text = String(decoding: program.output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        program.process.waitUntilExit()
        guard program.process.terminationStatus == 0 else { throw Failed(status: program.process.terminationStatus, output: text) }
        return text.split(separator: "\n").map(String.init)
    }
}
