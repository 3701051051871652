import CSQLite

/// One row of a result. It lives inside the closure that it is handed to and can't be kept.
public struct Row: ~Copyable {
    @usableFromInline let handle: OpaquePointer

    @inlinable init(_ handle: OpaquePointer) { self.handle = handle }

    /// An INTEGER. Column numbers start at 0.
    @inlinable public func int(_ column: Int) -> Int64 {
        precondition(type(column) == SQLITE_INTEGER, "the column holds an integer; NULL is read with optionalInt")
        return sqlite3_column_int64(handle, Int32(truncatingIfNeeded: column))
    }

    @inlinable
    public func optionalInt(_ column: Int) -> Int64? {
        switch type(column) {
        case SQLITE_INTEGER: sqlite3_column_int64(handle, Int32(truncatingIfNeeded: column))
        case SQLITE_NULL: nil
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

    /// The bytes of a TEXT or BLOB without a copy, valid inside `body` only. NULL gives no bytes.
    @inlinable
    public func withBytes<Value, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        // The pointer first, then the length: sqlite3_column_bytes after sqlite3_column_blob converts nothing.
        let start = sqlite3_column_blob(handle, Int32(truncatingIfNeeded: column))
        let count = sqlite3_column_bytes(handle, Int32(truncatingIfNeeded: column))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(count)))
    }

    /// The bytes of a TEXT or BLOB without a copy, nil for NULL. They stand until the row ends: don't keep them.
    @inlinable
    public func optionalBytes(_ column: Int) -> UnsafeRawBufferPointer? {
        isNull(column) ? nil : withBytes(column) { $0 }
    }

    @inlinable func type(_ column: Int) -> Int32 {
        precondition(column >= 0 && column < Int(sqlite3_data_count(handle)), "a column is read that the statement does not return")
        return sqlite3_column_type(handle, Int32(truncatingIfNeeded: column))
    }
}
