import CSQLite

/// What SQLite, or the machinery around it, could not do.
///
/// It names operation, kind and next step, and never holds a bound value or the content of a row: it may be logged as it is.
public struct DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// The disk, or the named limit of the file, has no room.
        case full
        /// A bounded queue, pool or lock had no place in time. Nothing happened.
        case busy
        case constraintUnique, constraintForeignKey, constraintOther
        case corrupt
        case io
        case readOnly
        /// A read outlived its limit.
        case interrupted
        /// The file's migrations or columns are not what this binary knows.
        case schema
        /// Erased content may still stand in the write-ahead log or in free space.
        case residueRemains
        /// The database is closed, or ended by a failed commit. Nothing happened.
        case closed
        /// A bug of the caller: wrong SQL, wrong number of values, a statement used inside itself.
        case misuse
        case other
    }

    public let code: Code
    /// SQLite's extended result code, 0 when SQLite was not asked. Source: sqlite.org/rescode.html.
    public let extendedCode: Int32
    /// The name that the caller gave to its work.
    public let operation: String
    /// The next step for who reads the log.
    public let hint: String
    /// True after a failed COMMIT: the work may or may not be stored and must be read back by its key.
    public let outcomeUnknown: Bool

    public init(_ code: Code, extendedCode: Int32 = 0, operation: String, hint: String, outcomeUnknown: Bool = false) {
        self.code = code
        self.extendedCode = extendedCode
        self.operation = operation
        self.hint = hint
        self.outcomeUnknown = outcomeUnknown
    }

    public var description: String {
        "\(code.rawValue) (\(extendedCode)) in \(operation)\(outcomeUnknown ? ", outcome unknown" : ""): \(hint)"
    }
}

extension DatabaseError {
    /// From a result code. `message` is SQLite's text and is passed only where it can't hold content.
    init(sqlite extended: Int32, operation: String, message: String? = nil) {
        let (code, hint) = DatabaseError.meaning(of: extended)
        self.init(code, extendedCode: extended, operation: operation, hint: message ?? hint)
    }

    private static func meaning(of extended: Int32) -> (Code, String) {
        switch extended {
        case 2067, 1555, 2579: return (.constraintUnique, "the key is taken")  // UNIQUE, PRIMARYKEY, ROWID
        case 787: return (.constraintForeignKey, "the row that is referred to does not exist")
        default: break
        }
        switch extended & 0xff {
        case SQLITE_FULL: return (.full, "free disk space or raise the volume's size")
        case SQLITE_BUSY, SQLITE_LOCKED: return (.busy, "another connection holds the file: only one process may open it")
        case SQLITE_CONSTRAINT: return (.constraintOther, "a constraint of the schema refused the row")
        case SQLITE_CORRUPT, SQLITE_NOTADB: return (.corrupt, "stop, keep the file, restore from a backup")
        case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_PROTOCOL:
            return (.io, "look at the disk, the folder and its permissions (0700, files 0600)")
        case SQLITE_READONLY: return (.readOnly, "writes go through the writer; otherwise look at the file's permissions")
        case SQLITE_INTERRUPT: return (.interrupted, "the read took longer than its limit: add an index or page it")
        case SQLITE_MISUSE, SQLITE_RANGE: return (.misuse, "a bug in the use of SQLite")
        case SQLITE_TOOBIG: return (.other, "a value is larger than SQLite's limit")
        case SQLITE_NOMEM: return (.other, "out of memory")
        default: return (.other, "see sqlite.org/rescode.html")
        }
    }
}
