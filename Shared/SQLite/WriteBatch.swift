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

    /// What became of one batch.
    struct Run {
        var outcome = Outcome.answered
        /// Jobs that it took.
        var count = 0
        var commitNanoseconds: Int64 = 0
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

    /// Takes the jobs of `line` that stand behind the first `start`, at most `countMax` and for about `milliseconds`. At the end of the
    /// line `more` may add to it; it is told how many jobs have run.
    func run(
        _ line: inout [WriteJob], from start: Int, countMax: Int, milliseconds: Int64, more: (inout [WriteJob], Int) -> Bool
    ) -> Run {
        var run = Run()
        let deadline = MonotonicClock.nanoseconds() + milliseconds * 1_000_000
        func pass(savepoints: Bool) throws(DatabaseError) -> Pass {
            run.count = 1  // Should BEGIN fail, the first job is told.
            connection.operation = "begin"
            try begin.run()
            run.count = 0
            while run.count < countMax, start + run.count < line.count || more(&line, run.count) {
                let job = line[start + run.count]
                run.count += 1
                if try perform(job, savepoints: savepoints) == .needsSavepoints { return .needsSavepoints }
                if MonotonicClock.nanoseconds() > deadline { break }
            }
            return .done
        }
        do throws(DatabaseError) {
            if try pass(savepoints: false) == .needsSavepoints {
                try rollback.run()
                _ = try pass(savepoints: true)
            }
        } catch {
            run.outcome = abandon(line[start..<start + run.count], error)
            return run
        }
        let ran = MonotonicClock.nanoseconds()
        do throws(DatabaseError) {
            connection.operation = "commit"
            try commit.run()
        } catch {
            run.outcome = .unknown(unknown(line[start..<start + run.count], error))
        }
        run.commitNanoseconds = MonotonicClock.nanoseconds() - ran
        return run
    }

    private func perform(_ job: WriteJob, savepoints: Bool) throws(DatabaseError) -> Pass {
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
