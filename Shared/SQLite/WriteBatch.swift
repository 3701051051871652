import CSQLite

/// Runs jobs as one transaction: one commit, one fsync. A job that throws loses its own changes only.
///
/// A savepoint around every job costs 15 % of the throughput (SQLite copies each page again), and nearly every job that throws has
/// written nothing. So a batch runs plainly first; when a job throws after it has written, the batch is rolled back and run once more
/// with savepoints. Work is SQL and nothing else, and nobody has been answered yet: the second run is the one that counts.
struct WriteBatch {
    enum Outcome {
        /// Committed, or rolled back with every job knowing it.
        case answered
        /// The COMMIT failed: whether it is on disk is unknown.
        case unknown(DatabaseError)
    }

    private enum Pass { case done, needsSavepoints }

    private let connection: Connection
    private let begin, commit, rollback, savepoint, release, rollbackToSavepoint: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        self.connection = connection
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        savepoint = try connection.prepare("SAVEPOINT job")
        release = try connection.prepare("RELEASE job")
        rollbackToSavepoint = try connection.prepare("ROLLBACK TO job")
    }

    /// Takes jobs from the front of `jobs` for about `milliseconds`; how many it took is `count`.
    func run(_ jobs: ArraySlice<WriteJob>, milliseconds: Int64) -> (outcome: Outcome, count: Int) {
        var count = 0
        do throws(DatabaseError) {
            if try pass(jobs, &count, savepoints: false, milliseconds) == .needsSavepoints {
                try rollback.run()
                _ = try pass(jobs, &count, savepoints: true, milliseconds)
            }
        } catch {
            return (abandon(jobs.prefix(count), error), count)
        }
        do throws(DatabaseError) {
            connection.operation = "commit"
            try commit.run()
        } catch {
            return (.unknown(unknown(jobs.prefix(count), error)), count)
        }
        return (.answered, count)
    }

    private func pass(
        _ jobs: ArraySlice<WriteJob>, _ count: inout Int, savepoints: Bool, _ milliseconds: Int64
    ) throws(DatabaseError) -> Pass {
        let deadline = MonotonicClock.nanoseconds() + milliseconds * 1_000_000
        count = 1  // Should BEGIN fail, the first job is told.
        connection.operation = "begin"
        try begin.run()
        count = 0
        for job in jobs {
            count += 1
            if savepoints { try savepoint.run() }
            connection.operation = job.operation
            connection.hasWritten = false
            let succeeded = job.perform(connection)
            // A full disk or a failed write ends the transaction by itself: what others did in it is gone too.
            guard connection.isInTransaction else { throw lost() }
            if savepoints {
                if !succeeded { try rollbackToSavepoint.run() }
                try release.run()
            } else if !succeeded && connection.hasWritten {
                return .needsSavepoints
            }
            if MonotonicClock.nanoseconds() > deadline { break }
        }
        return .done
    }

    /// Everything that the batch did so far is rolled back, and each of its jobs is told that nothing happened.
    private func abandon(_ jobs: ArraySlice<WriteJob>, _ error: DatabaseError) -> Outcome {
        for job in jobs { job.fail(error) }
        guard connection.isInTransaction else { return .answered }
        do throws(DatabaseError) {
            try rollback.run()
            return .answered
        } catch {
            return .unknown(unknown(jobs, error))
        }
    }

    private func unknown(_ jobs: ArraySlice<WriteJob>, _ error: DatabaseError) -> DatabaseError {
        let unknown = DatabaseError(
            error.code, extendedCode: error.extendedCode, operation: error.operation,
            hint: error.hint + "; read the work back by its key", outcomeUnknown: true)
        for job in jobs { job.fail(unknown) }
        return unknown
    }

    private func lost() -> DatabaseError {
        let code = sqlite3_extended_errcode(connection.handle)
        let known = DatabaseError(sqlite: code, operation: connection.operation)
        return code == SQLITE_OK
            ? DatabaseError(.misuse, operation: connection.operation, hint: "a job ended the transaction of its batch")
            : DatabaseError(known.code, extendedCode: code, operation: known.operation, hint: known.hint + "; nothing was stored")
    }
}
