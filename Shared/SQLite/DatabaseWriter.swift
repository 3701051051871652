import CSQLite
import Glibc
import Threads

/// The one thread and the one connection that write a file and checkpoint it.
///
/// Jobs that wait at the same time share a transaction and its fsync; their completions run after the commit, on this thread.
public final class DatabaseWriter: @unchecked Sendable {  // State shared with callers is under `lock`; the rest is the thread's own.
    /// Counts since the start.
    public struct Statistics: Sendable, Equatable {
        /// Transactions, so fsyncs at most.
        public var batches = 0
        public var jobs = 0
        public var largestBatch = 0
        public var checkpoints = 0
        public var checkpointFailures = 0
        /// Why the last checkpoint failed; nil when it did not.
        public var checkpointFailure: DatabaseError?
        /// Pages in the write-ahead log after the last batch.
        public var logPages = 0
    }

    public static let patientMilliseconds: Int64 = 5

    private enum State { case open, closing, closed, failed }

    private let options: DatabaseOptions
    private let lock = Lock()
    private let work: Condition
    private let ended: Condition
    // Under `lock`.
    private var state = State.open
    private var queue: [WriteJob] = []
    private var acceptedCount = 0
    /// Jobs that nobody waits for, and when the first of them came.
    private var patient: [WriteJob] = []
    private var patientSinceNanoseconds: Int64 = 0
    /// So many jobs in the queue wake the thread; it asks for none while it works.
    private var wakeCount = Int.max
    private var hasEnded = false
    private var thread: Thread?
    private var threadID: pthread_t?
    private var counts = Statistics()
    // The thread's own.
    private var pending: [WriteJob] = []
    private var pendingStart = 0
    private var residue = Residue()
    private var pause = BatchPause()

    /// Takes the connection over for good: it is used on the writer's thread only, and closed there.
    init(_ connection: consuming Connection, _ options: DatabaseOptions) {
        self.options = options
        work = Condition(lock)
        ended = Condition(lock)
        queue.reserveCapacity(options.batchCountMax)
        let handed = Handed(connection: connection)
        thread = Thread("database") { [self] in run(handed.connection) }
    }

    /// Accepts work for the next transaction. False when the queue is full or the database is closed: nothing happened then.
    ///
    /// `work` runs on the writer's thread and does nothing but SQL: it may be run a second time, after the first was rolled back. What
    /// it throws takes back its own changes only. `completion` runs there too, once, after the commit, and must be short.
    /// `outcomeUnknown` tells of a commit that failed.
    @inlinable
    public func submit<Value: Sendable>(
        _ operation: String, _ work: @escaping @Sendable (Connection) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> Bool {
        accept(WriteJob(operation, work, completion))
    }

    /// As `submit`, for work that nobody waits for: it shares the commit of what is accepted next, and has one of its own when nothing is
    /// within `patientMilliseconds`.
    @inlinable
    public func submitPatiently<Value: Sendable>(
        _ operation: String, _ work: @escaping @Sendable (Connection) throws -> Value,
        completion: @escaping @Sendable (Result<Value, any Error>) -> Void
    ) -> Bool {
        accept(WriteJob(operation, work, completion), isPatient: true)
    }

    /// As `submit`, and waits. Throws what `work` throws, `busy` when the queue is full, or `closed`. Not from the writer's thread.
    @discardableResult
    public func write<Value: Sendable>(_ operation: String, _ work: @escaping @Sendable (Connection) throws -> Value) throws -> Value {
        let answer = Answer<Result<Value, any Error>>()
        precondition(lock.withLock { !isOwnThread }, "the writer's thread can't wait for itself: use submit")
        guard submit(operation, work, completion: { answer.fill($0) }) else { throw refusal(operation) }
        return try answer.wait().get()
    }

    /// After an erasure has committed: empties the write-ahead log, so that what was erased is in no file. A busy reader delays it
    /// while other writes go on; past the deadline the answer is `residueRemains`, never success. False as in `submit`.
    public func eraseResidue(deadlineMilliseconds: Int64, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) -> Bool {
        let started = MonotonicClock.nanoseconds()
        let waiting = Residue.Waiting(
            startedNanoseconds: started, deadlineNanoseconds: started + deadlineMilliseconds * 1_000_000, completion: completion)
        // In line behind the jobs that were accepted before it.
        return submit("erase residue", { _ in }) { [unowned self] result in
            switch result {
            case .success: residue.add(waiting)
            case .failure(let error): completion(.failure(error))
            }
        }
    }

    /// Answers everything that was accepted, checkpoints and closes the connection. May be called again. From the writer's own thread
    /// (a completion held the last reference) it returns at once, and the thread ends when it is through.
    public func close() {
        let (thread, isOwn) = lock.withLock {
            if state == .open { state = .closing }
            work.signal()
            defer { self.thread = nil }
            return (self.thread, isOwnThread)
        }
        if isOwn {
            thread?.detach()
        } else {
            thread?.join()  // Not just signalled: after this nothing has the file open.
        }
        lock.withLock {
            if thread != nil || isOwn { hasEnded = true }
            while !hasEnded { ended.wait() }
            ended.broadcast()
        }
    }

    public var statistics: Statistics { lock.withLock { counts } }

    @usableFromInline func accept(_ job: WriteJob, isPatient: Bool = false) -> Bool {
        lock.withLock {
            guard state == .open, acceptedCount < options.queueCountMax else { return false }
            acceptedCount += 1
            if isPatient {
                if patient.isEmpty {
                    patientSinceNanoseconds = MonotonicClock.nanoseconds()
                    if wakeCount == 1 { work.signal() }  // It sleeps: from now on not for longer than this may wait.
                }
                patient.append(job)
                return true
            }
            queue.append(job)
            if queue.count >= wakeCount {
                wakeCount = .max  // One signal is enough, and each costs.
                work.signal()
            }
            return true
        }
    }

    private func refusal(_ operation: String) -> DatabaseError {
        lock.withLock { state == .open }
            ? DatabaseError(.busy, operation: operation, hint: "\(options.queueCountMax) jobs wait already: ask again later")
            : DatabaseError(.closed, operation: operation, hint: "the database is closed")
    }

    // MARK: The thread

    private var isOwnThread: Bool { threadID.map { pthread_equal($0, pthread_self()) != 0 } ?? false }

    private func run(_ connection: Connection) {
        lock.withLock { threadID = pthread_self() }
        let checkpointer = Checkpointer(connection, options)
        do {
            let batch = try WriteBatch(connection)
            while collect() {
                if pendingStart < pending.count, case .unknown(let error) = runBatch(batch, checkpointer) {
                    return fail(error, connection)
                }
                if checkpointer.runIfDue() { note(checkpointer) }
                eraseResidueIfDue(checkpointer)
            }
            answer(residue.takeAll(.failure(Residue.remains)))
            // A reader left over keeps the log for the next start: what is committed stands in it.
            _ = try checkpointer.truncate(waitMilliseconds: options.readMillisecondsMax)
            lock.withLock { state = .closed }
        } catch {
            fail(error, connection)
        }
    }

    /// Waits for jobs or for a residue's time and moves the jobs to `pending`; false when all is done and the end was asked for.
    private func collect() -> Bool {
        lock.withLock {
            while queue.isEmpty && pendingStart == pending.count {
                let patience = patienceNanoseconds
                if state != .open && patient.isEmpty { return false }
                if state != .open || patience == 0 { break }
                wakeCount = 1
                defer { wakeCount = .max }
                let residueNanoseconds = residue.waitMilliseconds(now: MonotonicClock.nanoseconds()).map { $0 * 1_000_000 }
                if residueNanoseconds == 0 { return true }
                switch [patience, residueNanoseconds].compactMap(\.self).min() {
                case nil: work.wait()
                case let nanoseconds?: _ = work.wait(nanoseconds: nanoseconds)
                }
            }
            // Last: what somebody waits for comes first should the batch be full.
            queue.append(contentsOf: patient)
            patient.removeAll(keepingCapacity: true)
            if pending.isEmpty {
                swap(&pending, &queue)
            } else if pending.count - pendingStart < options.batchCountMax {
                pending.append(contentsOf: queue)
                queue.removeAll(keepingCapacity: true)
            }
            return true
        }
    }

    /// How much longer the patient jobs wait; nil when there are none. The caller holds the lock.
    private var patienceNanoseconds: Int64? {
        guard !patient.isEmpty else { return nil }
        return max(0, patientSinceNanoseconds + DatabaseWriter.patientMilliseconds * 1_000_000 - MonotonicClock.nanoseconds())
    }

    /// Adds what came while a batch ran, so that it shares the batch's commit, and may wait for it; false when there is nothing.
    private func collectMore(_ line: inout [WriteJob], afterRunning count: Int) -> Bool {
        lock.withLock {
            guard let offer = pause.offer(afterRunning: count) else { return false }
            if queue.isEmpty && offer.nanoseconds > 0 {
                let start = MonotonicClock.nanoseconds()
                var waited: Int64 = 0
                wakeCount = offer.count
                while queue.count < offer.count, state == .open, waited < offer.nanoseconds {
                    _ = work.wait(nanoseconds: offer.nanoseconds - waited)
                    waited = MonotonicClock.nanoseconds() - start
                }
                wakeCount = .max
                pause.waited(nanoseconds: waited, inVain: queue.isEmpty)
            }
            guard !queue.isEmpty else { return false }
            line.append(contentsOf: queue)
            queue.removeAll(keepingCapacity: true)
            return true
        }
    }

    /// The caller holds the lock.
    private func count(_ checkpointer: Checkpointer) {
        counts.checkpoints = checkpointer.count
        counts.checkpointFailures = checkpointer.failureCount
        counts.checkpointFailure = checkpointer.lastFailure
        counts.logPages = checkpointer.logPages
    }

    private func note(_ checkpointer: Checkpointer) {
        lock.withLock { count(checkpointer) }
        if let failure = checkpointer.lastFailure { options.onWarning(failure) }
    }

    private func runBatch(_ batch: WriteBatch, _ checkpointer: Checkpointer) -> WriteBatch.Outcome {
        let run = batch.run(
            &pending, from: pendingStart, countMax: options.batchCountMax, milliseconds: options.batchMillisecondsMax
        ) { line, count in collectMore(&line, afterRunning: count) }
        let done = pending[pendingStart..<pendingStart + run.count]
        // Counted before the answers: who is answered sees itself counted, and finds its place in the queue free.
        lock.withLock {
            acceptedCount -= run.count
            counts.batches += 1
            counts.jobs += run.count
            counts.largestBatch = max(counts.largestBatch, run.count)
            count(checkpointer)
            pause.committed(count: run.count, queueCount: queue.count, nanoseconds: run.commitNanoseconds)
        }
        options.aroundCompletions { for job in done { job.complete() } }
        pendingStart += run.count
        if pendingStart == pending.count {  // An idle writer must not keep the last jobs' content.
            pending.removeAll(keepingCapacity: true)
            pendingStart = 0
        }
        return run.outcome
    }

    private func eraseResidueIfDue(_ checkpointer: Checkpointer) {
        guard let wait = residue.tryNow(now: MonotonicClock.nanoseconds()) else { return }
        let result: Result<Bool, DatabaseError>
        do { result = .success(try checkpointer.truncate(waitMilliseconds: wait)) } catch { result = .failure(error) }
        answer(residue.tried(result, now: MonotonicClock.nanoseconds()))
    }

    private func answer(_ answers: [(Residue.Waiting, Result<Void, any Error>)]) {
        guard !answers.isEmpty else { return }
        options.aroundCompletions { for (waiting, result) in answers { waiting.completion(result) } }
    }

    /// The file's state is unknown: nothing more is written to it, and the process is asked to end.
    private func fail(_ error: DatabaseError, _ connection: Connection) {
        csqlite_switch(connection.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        let rest: [WriteJob] = lock.withLock {
            state = .failed
            defer { (queue, patient) = ([], []) }
            return pending[pendingStart...] + queue + patient
        }
        let refused = DatabaseError(.closed, operation: error.operation, hint: "an earlier commit failed: nothing was stored")
        options.aroundCompletions {
            for job in rest {
                job.fail(refused)
                job.complete()
            }
        }
        answer(residue.takeAll(.failure(Residue.remains)))
        options.onFatal(error)
    }
}

/// Carries the connection to its thread.
private struct Handed: @unchecked Sendable { let connection: Connection }  // The maker gives its reference up.
