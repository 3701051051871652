import CSQLite
import Glibc

/// When a read has to end, so that no reader keeps the write-ahead log from being emptied. Belongs to one connection.
final class ReadLimit {
    /// Virtual machine steps between two looks at the clock: about 50 µs.
    static let stepCount: Int32 = 1_000

    /// Monotonic nanoseconds; 0 means no limit.
    var deadline: Int64 = 0

    var hasPassed: Bool { deadline != 0 && MonotonicClock.nanoseconds() > deadline }

    static func passed(_ raw: UnsafeMutableRawPointer) -> Bool {
        Unmanaged<ReadLimit>.fromOpaque(raw).takeUnretainedValue().hasPassed
    }
}

enum MonotonicClock {
    static func nanoseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}

/// What the process's SQLite must be able to do; looked at once.
enum SQLiteLibrary {
    /// STRICT tables came with 3.37. Source: sqlite.org/stricttables.html.
    static let versionMin: Int32 = 3_037_000

    private static let problem: String? = {
        // Before anything initialises SQLite; its answer is of no interest when somebody already has.
        _ = csqlite_config_without_memory_statistics()
        guard sqlite3_libversion_number() >= versionMin else { return "SQLite 3.37 or newer is needed" }
        guard sqlite3_threadsafe() != 0 else { return "this SQLite is built without threads" }
        guard sqlite3_compileoption_used("OMIT_WAL") == 0 else { return "this SQLite is built without WAL" }
        guard sqlite3_initialize() == SQLITE_OK else { return "SQLite does not initialise" }
        return nil
    }()

    static func check() throws(DatabaseError) {
        guard let problem else { return }
        throw DatabaseError(.misuse, operation: "open", hint: problem)
    }
}
