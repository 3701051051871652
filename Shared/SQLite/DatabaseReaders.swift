import CSQLite
import Threads

/// A bounded pool of read-only connections. A connection is opened when all others are busy, and kept.
final class DatabaseReaders: @unchecked Sendable {  // `idle`, `opened` and `isClosed` are touched under `lock` only.
    private let path: String
    private let vfs: String?
    private let options: DatabaseOptions

    private let lock = Lock()
    private let returned: Condition
    private var idle: [Connection] = []
    private var opened = 0
    private var isClosed = false

    init(path: String, vfs: String?, options: DatabaseOptions) {
        self.path = path
        self.vfs = vfs
        self.options = options
        returned = Condition(lock)
        idle.reserveCapacity(options.readersMax)
    }

    func read<Value>(_ operation: String, _ body: (Connection) throws -> Value) throws -> Value {
        let connection = try borrow(operation)
        connection.operation = operation
        do {
            try connection.run("BEGIN")
            connection.limitReading(untilNanoseconds: MonotonicClock.nanoseconds() + options.readMillisecondsMax * 1_000_000)
            let value = try body(connection)
            connection.limitReading(untilNanoseconds: 0)
            try connection.run("COMMIT")
            give(back: connection)
            return value
        } catch {
            connection.limitReading(untilNanoseconds: 0)
            do {
                if connection.isInTransaction { try connection.run("ROLLBACK") }
                give(back: connection)
            } catch {
                discard()  // A connection that can't end its snapshot is no use; the caller gets the first error.
            }
            throw error
        }
    }

    /// Waits for the reads under way, then closes every connection.
    func close() {
        lock.withLock {
            isClosed = true
            returned.broadcast()
            while opened > idle.count { returned.wait() }
            opened = 0
            idle = []
        }
    }

    private func borrow(_ operation: String) throws -> Connection {
        let deadline = MonotonicClock.nanoseconds() + options.readerWaitMillisecondsMax * 1_000_000
        let kept: Connection? = try lock.withLock {
            while true {
                guard !isClosed else { throw DatabaseError(.closed, operation: operation, hint: "the database is closed") }
                if let connection = idle.popLast() { return connection }
                if opened < options.readersMax {
                    opened += 1
                    return nil
                }
                let left = (deadline - MonotonicClock.nanoseconds()) / 1_000_000
                guard left > 0 else {
                    throw DatabaseError(.busy, operation: operation, hint: "all \(options.readersMax) readers are in use: ask again later")
                }
                _ = returned.wait(milliseconds: left)
            }
        }
        if let kept { return kept }
        do {
            return try open()
        } catch {
            discard()
            throw error
        }
    }

    private func open() throws -> Connection {
        let connection = try Connection(path: path, readOnly: true, vfs: vfs)
        let code = csqlite_switch(connection.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        guard code == SQLITE_OK else { throw DatabaseError(sqlite: code, operation: "open reader") }
        try connection.setPragma("query_only", "ON", expecting: "1")
        try connection.setPragma("wal_autocheckpoint", "0", expecting: "0")
        try connection.setPragma("temp_store", "MEMORY", expecting: "2")
        try connection.execute("PRAGMA mmap_size = \(options.readerMapBytes)")
        // Now, so that a full statement cache can't keep a snapshot from ending.
        for sql in ["BEGIN", "COMMIT", "ROLLBACK"] { _ = try connection.prepare(sql) }
        return connection
    }

    private func give(back connection: Connection) {
        lock.withLock {
            idle.append(connection)
            signalReturn()
        }
    }

    private func discard() {
        lock.withLock {
            opened -= 1
            signalReturn()
        }
    }

    /// `close` waits for all of them, a read for any.
    private func signalReturn() { if isClosed { returned.broadcast() } else { returned.signal() } }
}
