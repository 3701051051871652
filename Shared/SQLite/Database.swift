import CSQLite
import Glibc
import Policy
import Threads

/// A service's own SQLite file: one writer, many short reads, a known schema.
///
/// Nothing else may open the file while this lives, not even this process: closing any descriptor of it drops SQLite's POSIX locks.
/// Source: sqlite.org/howtocorrupt.html section 2.2.
public final class Database: Sendable {
    public let writer: DatabaseWriter
    /// The annotations of every column, in the order of the migrations.
    public let dataMap: [ColumnNote]
    public let path: String
    /// What the file says of itself when it is a copy that a backup made (`DatabaseWriter.copy`) and that nobody has made its own yet
    /// (`Connection.endCopy`); nil otherwise.
    public let copyMark: Int64?

    private let readers: DatabaseReaders
    private let ownership: FileOwnership?

    /// Opens or makes the file (mode 0600), checks the settings it relies on, and migrates.
    ///
    /// `service` marks a new file; another service's file is refused. `vfs` names a registered SQLite VFS and leaves permissions and
    /// exclusiveness to it. Throws `schema` with every difference, `busy` when another process has the file, or what SQLite says.
    public init(
        path: String, service: String, migrations: [Migration], vfs: String? = nil, options: DatabaseOptions = DatabaseOptions()
    ) throws {
        self.path = path
        let migrator = Migrator(service: service, migrations: migrations, nowMilliseconds: options.nowMilliseconds)
        dataMap = migrator.dataMap
        ownership = vfs == nil ? try FileOwnership(path: path) : nil
        let connection = try Connection(path: path, readOnly: false, vfs: vfs)
        try Database.configureWriter(connection, options)
        try migrator.migrate(connection)
        let version = try connection.first("PRAGMA user_version") { $0.int(0) } ?? 0
        copyMark = version > 0 ? version - 1 : nil
        readers = DatabaseReaders(path: path, vfs: vfs, options: options)
        writer = DatabaseWriter(connection, options)
    }

    deinit { close() }

    /// Reads one snapshot: everything inside `body` sees the same state. Ends with `interrupted` after the limit, and with `busy`
    /// when no connection gets free in time. Don't call out or wait inside `body`.
    public func read<Value>(_ operation: String = "read", _ body: (Connection) throws -> Value) throws -> Value {
        try readers.read(operation, body)
    }

    /// As `DatabaseWriter.eraseResidue`, and waits. Not from the writer's thread.
    public func eraseResidue(deadlineMilliseconds: Int64) throws {
        let answer = Answer<Result<Void, any Error>>()
        guard writer.eraseResidue(deadlineMilliseconds: deadlineMilliseconds, completion: { answer.fill($0) }) else {
            throw DatabaseError(.busy, operation: "erase residue", hint: "the writer's queue is full")
        }
        try answer.wait().get()
    }

    /// Answers every accepted job, checkpoints and closes. Nothing is accepted afterwards. May be called again, but not from
    /// inside `read` or from a completion.
    public func close() {
        readers.close()
        writer.close()
        ownership?.release()
    }

    private static func configureWriter(_ connection: Connection, _ options: DatabaseOptions) throws {
        if options.scrubsPages { try connection.scrubPages() }
        try connection.setPragma("auto_vacuum", "NONE", expecting: "0")
        try connection.setPragma("max_page_count", "\(PageScrub.pageCountMax)", expecting: "\(PageScrub.pageCountMax)")
        try connection.setPragma("journal_mode", "WAL", expecting: "wal")
        try connection.setPragma("synchronous", "FULL", expecting: "2")
        try connection.setPragma("foreign_keys", "ON", expecting: "1")
        try connection.setPragma("secure_delete", options.secureDelete ? "ON" : "OFF", expecting: options.secureDelete ? "1" : "0")
        try connection.setPragma("temp_store", "MEMORY", expecting: "2")
        try connection.setPragma("wal_autocheckpoint", "0", expecting: "0")
        try connection.setPragma("cache_size", "-\(options.writerCacheKibibytes)", expecting: "-\(options.writerCacheKibibytes)")
    }
}

extension Connection {
    /// Sets a pragma and reads it back: SQLite ignores what it doesn't know or can't do without an error.
    func setPragma(_ name: String, _ value: String, expecting expected: String) throws {
        try execute("PRAGMA \(name) = \(value)")
        let now = try first("PRAGMA \(name)") { row in row.withBytes(0) { String(decoding: $0, as: UTF8.self) } }
        guard now == expected else {
            throw DatabaseError(.other, operation: operation, hint: "PRAGMA \(name) is \(now ?? "unknown") and must be \(expected)")
        }
    }
}
