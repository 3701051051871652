import CSQLite
import Glibc

/// A copy of a live file in the making: page after page on the writer's own connection, so that what that connection writes meanwhile goes
/// into the copy as well, and the copy is of the moment when it ends.
/// Source: sqlite.org/c3ref/backup_finish.html; sqlite.org/backup.html.
final class DatabaseCopy {
    /// About a megabyte: what others' writes wait for between two steps.
    static let pagesPerStep: Int32 = 256

    private let path: String
    private let mark: @Sendable () throws -> Int64
    private let completion: @Sendable (Result<Int64, any Error>) -> Void
    private var target: Connection?
    private var backup: OpaquePointer?

    /// - Parameters:
    ///   - path: where nothing is yet.
    ///   - mark: what the copy says of itself in `Database.copyMark`; asked when all pages are copied.
    ///   - completion: is given the copy's size in bytes when it is on disk.
    init(
        to path: String, mark: @escaping @Sendable () throws -> Int64, completion: @escaping @Sendable (Result<Int64, any Error>) -> Void
    ) {
        self.path = path
        self.mark = mark
        self.completion = completion
    }

    /// Does one step; true when the copy is made or given up, and whoever asked for it was told.
    func step(from source: Connection) -> Bool {
        do {
            if backup == nil { try begin(from: source) }
            let code = sqlite3_backup_step(backup, DatabaseCopy.pagesPerStep)
            switch code {
            case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return false
            case SQLITE_DONE: completion(.success(try finish()))
            default: throw DatabaseError(sqlite: code, operation: "copy")
            }
        } catch {
            giveUp(error)
        }
        return true
    }

    /// Nothing is left of what was begun.
    func giveUp(_ error: any Error) {
        end()
        if target != nil { for file in [path, "\(path)-journal", "\(path)-wal"] { unlink(file) } }
        target = nil
        completion(.failure(error))
    }

    private func begin(from source: Connection) throws {
        // Made here, so that it is private and nobody's file is written over.
        let made = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw DatabaseCopy.ioError("no new file can be made there (errno \(errno))") }
        close(made)
        let target = try Connection(path: path, readOnly: false, vfs: nil)
        self.target = target
        // Pages come out of the write-ahead log too, and there with what the scrub clears on its way to the file.
        try target.scrubPages()
        backup = sqlite3_backup_init(target.handle, "main", source.handle, "main")
        guard backup != nil else { throw DatabaseError(sqlite: sqlite3_errcode(target.handle), operation: "copy") }
    }

    private func finish() throws -> Int64 {
        end()
        guard let target else { preconditionFailure("a copy ends after it has begun") }
        try target.setPragma("journal_mode", "DELETE", expecting: "delete")
        let mark = try mark()
        try target.setPragma("user_version", "\(mark + 1)", expecting: "\(mark + 1)")
        self.target = nil  // Closes it: from here on it is a file like any other.
        return try DatabaseCopy.sync(path)
    }

    private func end() {
        if let backup { sqlite3_backup_finish(backup) }
        backup = nil
    }

    /// Makes file and name outlive a power cut; returns the size in bytes.
    private static func sync(_ path: String) throws -> Int64 {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        for (name, flags) in [(path, O_RDWR), (folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY)] {
            let descriptor = open(name, flags | O_CLOEXEC)
            guard descriptor >= 0 else { throw ioError("it can't be opened to be synced (errno \(errno))") }
            defer { close(descriptor) }
            guard fsync(descriptor) == 0 else { throw ioError("it can't be synced (errno \(errno))") }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw ioError("it can't be looked at (errno \(errno))") }
        return Int64(status.st_size)
    }

    private static func ioError(_ hint: String) -> DatabaseError { DatabaseError(.io, operation: "copy", hint: hint) }
}

extension Connection {
    /// From now on the file is no copy any more, and its numbers go on above `floor`: none that was given since the copy was made is given
    /// again. `floor` has to grow from one restoration of a copy to the next.
    public func endCopy(numbersFrom floor: Int64) throws {
        // SQLite makes the table with the first AUTOINCREMENT column.
        if try first("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'", map: { _ in true }) == true {
            try run(
                """
                INSERT INTO sqlite_sequence (name, seq) SELECT name, 0 FROM sqlite_schema
                WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' AND name NOT IN (SELECT name FROM sqlite_sequence)
                """)
            try run("UPDATE sqlite_sequence SET seq = max(seq, ?)", .integer(floor))
        }
        try execute("PRAGMA user_version = 0")
    }
}
