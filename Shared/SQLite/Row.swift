import CSQLite

/// One row of a result. It lives inside the closure that it is handed to and can't be kept.
public struct Row: ~Copyable {
    @usableFromInline let handle: OpaquePointer
    @usableFromInline let count: Int

    @inlinable
    init(_ handle: OpaquePointer) {
        self.handle = handle
        count = Int(sqlite3_data_count(handle))
    }

    /// An INTEGER. Column numbers start at 0.
    @inlinable public func int(_ column: Int) -> Int64 {
        let value = value(column)
        precondition(sqlite3_value_type(value) == SQLITE_INTEGER, "the column holds an integer; NULL is read with optionalInt")
        return sqlite3_value_int64(value)
    }

    @inlinable
    public func optionalInt(_ column: Int) -> Int64? {
        let value = value(column)
        switch sqlite3_value_type(value) {
        case SQLITE_INTEGER: return sqlite3_value_int64(value)
        case SQLITE_NULL: return nil
        default: preconditionFailure("the column holds an integer or NULL")
        }
    }

    @inlinable public func bool(_ column: Int) -> Bool { int(column) != 0 }

    /// A TEXT. Bytes that are not UTF-8 become U+FFFD: they can only come from a damaged file.
    @inlinable public func text(_ column: Int) -> String {
        precondition(type(column) == SQLITE_TEXT, "the column holds text; NULL is read with optionalText")
        return withBytes(column) { String(decoding: $0, as: UTF8.self) }
    }

    @inlinable
    public func optionalText(_ column: Int) -> String? {
        switch type(column) {
        case SQLITE_TEXT: withBytes(column) { String(decoding: $0, as: UTF8.self) }
        case SQLITE_NULL: nil
        default: preconditionFailure("the column holds text or NULL")
        }
    }

    @inlinable public func blob(_ column: Int) -> [UInt8] {
        precondition(type(column) == SQLITE_BLOB, "the column holds a blob; NULL is read with optionalBlob")
        return withBytes(column) { [UInt8]($0) }
    }

    @inlinable public func optionalBlob(_ column: Int) -> [UInt8]? { isNull(column) ? nil : blob(column) }

    @inlinable public func isNull(_ column: Int) -> Bool { type(column) == SQLITE_NULL }

    /// As it can be bound again; a REAL is in no table of ours.
    public func bound(_ column: Int) -> SQLValue {
        switch type(column) {
        case SQLITE_INTEGER: .integer(int(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .blob(blob(column))
        default: .null
        }
    }

    /// The bytes of a TEXT or BLOB without a copy, valid inside `body` only. NULL gives no bytes.
    @inlinable
    public func withBytes<Value, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try body(bytes(of: value(column)))
    }

    /// The bytes of a TEXT or BLOB without a copy, nil for NULL. They stand until the row ends: don't keep them.
    @inlinable
    public func optionalBytes(_ column: Int) -> UnsafeRawBufferPointer? {
        let value = value(column)
        return sqlite3_value_type(value) == SQLITE_NULL ? nil : bytes(of: value)
    }

    @inlinable
    func bytes(of value: OpaquePointer) -> UnsafeRawBufferPointer {
        // The pointer first, then the length: sqlite3_value_bytes after sqlite3_value_blob converts nothing.
        let start = sqlite3_value_blob(value)
        let length = sqlite3_value_bytes(value)
        return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(length))
    }

    @inlinable func type(_ column: Int) -> Int32 { sqlite3_value_type(value(column)) }

    /// A column is looked up once and its value asked: half the calls of asking the row for type, bytes and length.
    ///
    /// SQLite calls such a value unprotected. Ours has one user at a time: a connection is opened with SQLITE_OPEN_NOMUTEX and held by one
    /// thread, and then there is no difference. Source: sqlite.org/c3ref/value.html.
    @inlinable
    func value(_ column: Int) -> OpaquePointer {
        precondition(column >= 0 && column < count, "a column is read that the statement does not return")
        return sqlite3_column_value(handle, Int32(truncatingIfNeeded: column)).unsafelyUnwrapped
    }
}
