import CSQLite
import Glibc

/// One connection to a SQLite file. One thread at a time: the writer's thread, or the thread inside `Database.read`.
public final class Connection {
    @usableFromInline let handle: OpaquePointer
    /// Named in every error; set by whoever hands the connection out.
    var operation = "open"
    /// Set by every statement that could change the file; the writer's batch asks and clears it.
    @usableFromInline var hasWritten = false
    private var statements = StatementCache()
    private let limit = ReadLimit()
    private var scrub: PageScrub?

    /// Opens a file. `readOnly` never creates one. `vfs` names a registered SQLite VFS, nil is the system's.
    init(path: String, readOnly: Bool, vfs: String?) throws(DatabaseError) {
        try SQLiteLibrary.check()
        var opened: OpaquePointer?
        let access = readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw DatabaseError(sqlite: code, operation: "open")
        }
        handle = opened
        for (option, value) in [
            (SQLITE_DBCONFIG_DEFENSIVE, 1), (SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0), (SQLITE_DBCONFIG_DQS_DML, 0),
            (SQLITE_DBCONFIG_DQS_DDL, 0), (SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0)
        ] as [(Int32, Int32)] {
            let code = csqlite_switch(handle, option, value)
            guard code == SQLITE_OK else { throw DatabaseError(sqlite: code, operation: "open: switch \(option)") }
        }
        // The context is `limit`, which lives as long as the connection that owns both.
        sqlite3_progress_handler(
            handle, ReadLimit.stepCount, { ReadLimit.passed($0!) ? 1 : 0 }, Unmanaged.passUnretained(limit).toOpaque())
    }

    deinit {
        for statement in statements.handles { sqlite3_finalize(statement) }
        let code = sqlite3_close(handle)
        precondition(code == SQLITE_OK, "a connection closes only when all its statements are finalised: \(code)")
    }

    /// From now on clears free space in every page that it writes to the file.
    func scrubPages() throws(DatabaseError) { scrub = try PageScrub(handle) }

    /// The statement for this SQL text, compiled at its first use.
    public func prepare(_ sql: String) throws(DatabaseError) -> Statement {
        if let kept = statements.find(sql) { return Statement(kept, self) }
        guard !statements.isFull else {
            throw DatabaseError(.misuse, operation: operation, hint: "too many different SQL texts: values are bound, not written into SQL")
        }
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        // Safe to show: this message is about our own SQL text, no value is bound yet.
        guard code == SQLITE_OK else {
            throw DatabaseError(sqlite: code, operation: operation, message: String(cString: sqlite3_errmsg(handle)))
        }
        guard let compiled else { throw DatabaseError(.misuse, operation: operation, hint: "the SQL text holds no statement") }
        statements.keep(sql, compiled)
        return Statement(compiled, self)
    }

    /// Runs several statements of our own, without values.
    public func execute(_ sql: String) throws(DatabaseError) {
        try checkTime()
        hasWritten = true
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    /// Runs to the end. Returns how many rows an INSERT, UPDATE or DELETE changed itself.
    @discardableResult
    public func run(_ sql: String, _ values: SQLValue...) throws(DatabaseError) -> Int { try prepare(sql).run(values) }

    @discardableResult
    public func run(_ sql: String, _ values: [SQLValue]) throws(DatabaseError) -> Int { try prepare(sql).run(values) }

    /// The first row, as `map` reads it; nil when there is none.
    @inlinable
    public func first<Value>(_ sql: String, _ values: SQLValue..., map: (borrowing Row) throws -> Value) throws -> Value? {
        try prepare(sql).first(values, map)
    }

    @inlinable
    public func first<Value>(_ sql: String, _ values: [SQLValue], map: (borrowing Row) throws -> Value) throws -> Value? {
        try prepare(sql).first(values, map)
    }

    /// Every row in turn. What `body` throws ends the walk.
    @inlinable
    public func each(_ sql: String, _ values: SQLValue..., body: (borrowing Row) throws -> Void) throws {
        try prepare(sql).each(values, body)
    }

    @inlinable
    public func each(_ sql: String, _ values: [SQLValue], body: (borrowing Row) throws -> Void) throws {
        try prepare(sql).each(values, body)
    }

    /// The rowid of the last INSERT of this connection.
    public var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    /// False inside BEGIN … COMMIT. Some errors (a full disk) end the transaction by themselves.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Ends whatever is read after this monotonic time; 0 ends nothing.
    func limitReading(untilNanoseconds deadline: Int64) { limit.deadline = deadline }

    @usableFromInline func checkTime() throws(DatabaseError) {
        guard limit.hasPassed else { return }
        throw DatabaseError(sqlite: SQLITE_INTERRUPT, operation: operation)
    }

    @usableFromInline func failure(_ code: Int32) -> DatabaseError {
        // A constraint's message names tables, columns and our own CHECK texts; every other message could quote a value.
        let message = code & 0xff == SQLITE_CONSTRAINT ? String(cString: sqlite3_errmsg(handle)) : nil
        return DatabaseError(sqlite: code, operation: operation, message: message)
    }
}
