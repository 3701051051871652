import CSQLite

/// SQL that its connection has compiled once. After each use it is reset and its values are cleared, also after an error.
///
/// It is used by the thread that holds the connection, and lives as long as that.
public struct Statement {
    @usableFromInline let handle: OpaquePointer
    @usableFromInline let connection: Connection

    @usableFromInline init(_ handle: OpaquePointer, _ connection: Connection) {
        self.handle = handle
        self.connection = connection
    }

    /// Runs to the end and ignores rows. Returns how many rows an INSERT, UPDATE or DELETE changed itself (not by cascade or trigger).
    @discardableResult
    public func run(_ values: [SQLValue]) throws(DatabaseError) -> Int {
        try bind(values)
        var code = sqlite3_step(handle)
        while code == SQLITE_ROW { code = sqlite3_step(handle) }
        guard code == SQLITE_DONE else { throw failure(code) }
        let changes = Int(sqlite3_changes64(connection.handle))
        finish()
        return changes
    }

    @inlinable @discardableResult
    public func run(_ values: SQLValue...) throws(DatabaseError) -> Int { try run(values) }

    /// The first row, as `map` reads it; nil when there is none.
    @inlinable
    public func first<Value>(_ values: [SQLValue], _ map: (borrowing Row) throws -> Value) throws -> Value? {
        try bind(values)
        switch sqlite3_step(handle) {
        case SQLITE_ROW:
            defer { finish() }
            return try map(Row(handle))
        case SQLITE_DONE:
            finish()
            return nil
        case let code: throw failure(code)
        }
    }

    @inlinable
    public func first<Value>(_ values: SQLValue..., map: (borrowing Row) throws -> Value) throws -> Value? { try first(values, map) }

    /// Every row in turn. What `body` throws ends the walk.
    @inlinable
    public func each(_ values: [SQLValue], _ body: (borrowing Row) throws -> Void) throws {
        try bind(values)
        var code = sqlite3_step(handle)
        while code == SQLITE_ROW {
            do { try body(Row(handle)) } catch {
                finish()
                throw error
            }
            code = sqlite3_step(handle)
        }
        guard code == SQLITE_DONE else { throw failure(code) }
        finish()
    }

    @inlinable
    public func each(_ values: SQLValue..., body: (borrowing Row) throws -> Void) throws { try each(values, body) }

    @usableFromInline func bind(_ values: [SQLValue]) throws(DatabaseError) {
        try connection.checkTime()
        guard sqlite3_stmt_busy(handle) == 0 else {
            throw DatabaseError(.misuse, operation: connection.operation, hint: "a statement is run while its own rows are being read")
        }
        guard values.count == Int(sqlite3_bind_parameter_count(handle)) else {
            throw DatabaseError(.misuse, operation: connection.operation, hint: "the number of values differs from the statement's")
        }
        if sqlite3_stmt_readonly(handle) == 0 { connection.hasWritten = true }
        for position in values.indices {
            let code = bind(values[position], at: Int32(truncatingIfNeeded: position &+ 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
    }

    private func bind(_ value: borrowing SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .text(var text): return text.withUTF8 { csqlite_bind_text(handle, index, $0.baseAddress, UInt64($0.count)) }
        case .blob(let bytes): return bytes.withUnsafeBytes { csqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count)) }
        }
    }

    @usableFromInline func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)  // A kept statement must not keep somebody's text in memory.
    }

    /// The error of the last call, read before the reset can change it.
    @usableFromInline func failure(_ code: Int32) -> DatabaseError {
        let error = connection.failure(code)
        finish()
        return error
    }
}
