import CSQLite

/// Moves the write-ahead log into the file, on the writer's thread between two batches. Nobody else checkpoints.
final class Checkpointer {
    private let connection: Connection
    private let options: DatabaseOptions
    /// Pages in the log after the last commit.
    private(set) var logPages = 0
    private(set) var count = 0
    /// Not fatal: what is committed stands in the log, and the next threshold tries again.
    private(set) var failureCount = 0
    /// Why the last checkpoint failed; nil when it did not.
    private(set) var lastFailure: DatabaseError?
    private var nextAtPages: Int

    init(_ connection: Connection, _ options: DatabaseOptions) {
        self.connection = connection
        self.options = options
        nextAtPages = options.checkpointPages
        // The context is self, which the writer keeps as long as the connection.
        sqlite3_wal_hook(
            connection.handle,
            { context, _, _, pages in
                Unmanaged<Checkpointer>.fromOpaque(context!).takeUnretainedValue().logPages = Int(pages)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Checkpoints when enough has been written. Past the maximum it waits for readers, who end within their own limit.
    /// Returns whether one was due.
    func runIfDue() -> Bool {
        if logPages < options.checkpointPages { nextAtPages = options.checkpointPages }
        guard logPages >= nextAtPages else { return false }
        let waits = logPages >= options.checkpointPagesMax
        let result = checkpoint(
            waits ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, waitMilliseconds: waits ? options.readMillisecondsMax : 0)
        if result.code == SQLITE_OK {
            count += 1
            lastFailure = nil
        } else {
            failureCount += 1
            lastFailure = DatabaseError(sqlite: result.code, operation: "checkpoint")
        }
        // A reader may hold a part back: try again after as much again, not after every commit.
        nextAtPages = logPages + options.checkpointPages
        return true
    }

    /// Empties the log; true when nothing of it is left: SQLite's answer is (0, 0, 0). A reader only makes it false.
    /// Source: sqlite.org/c3ref/wal_checkpoint_v2.html.
    func truncate(waitMilliseconds: Int64) throws(DatabaseError) -> Bool {
        let result = checkpoint(SQLITE_CHECKPOINT_TRUNCATE, waitMilliseconds: waitMilliseconds)
        switch result.code {
        case SQLITE_OK where result.log == 0 && result.done == 0:
            logPages = 0
            nextAtPages = options.checkpointPages
            count += 1
            lastFailure = nil
            return true
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return false
        default: throw DatabaseError(sqlite: result.code, operation: "checkpoint")
        }
    }

    private func checkpoint(_ mode: Int32, waitMilliseconds: Int64) -> (code: Int32, log: Int32, done: Int32) {
        var log: Int32 = -1
        var done: Int32 = -1
        sqlite3_busy_timeout(connection.handle, Int32(clamping: waitMilliseconds))
        let code = sqlite3_wal_checkpoint_v2(connection.handle, nil, mode, &log, &done)
        sqlite3_busy_timeout(connection.handle, 0)
        return (code & 0xff == SQLITE_BUSY ? SQLITE_BUSY : code, log, done)
    }
}
