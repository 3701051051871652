import DeletionCoordinatorContracts
import Digest
import Domain
import Policy
import Runtime
import SQLite
import Threads
import Wire

/// Hands a service's disclosures to deletion-coordinator: on record in the service's own file before the data goes out, told at least
/// once with a key, forgotten when the coordinator has them for good.
///
/// A coordinator that is down only delays; what can't be put on record is not shown.
public final class DisclosureOutbox: @unchecked Sendable {  // `counts` and `isHeldUp` are guarded by `lock`, `backoff` is the worker's own.
    public static let migration = DisclosureTable.migration
    /// One request is a commit there; those of a round share it.
    static let roundMax: Int64 = 64
    /// More than a coordinator that was down for days would find.
    public static let rowsMaxDefault: Int64 = 1_000_000
    /// What waits longer is a trouble to be seen.
    static let healthyMilliseconds: Int64 = 60_000
    private static let keyBytes = 18

    private let process: ServiceProcess
    private let database: Database
    private let coordinator: any Transport
    private let rowsMax: Int64
    private let delivered, faults: Metrics.Counter
    private let lock = Lock()
    private var rowCount: Int64 = 0
    private var oldestAt: Timestamp?
    private var isHeldUp = false
    private var backoff = Backoff()
    private lazy var worker = Worker(process.system, "disclosures") { [unowned self] in round() }

    /// - Parameters:
    ///   - coordinator: how it is reached, where not over the mesh.
    ///   - rowsMax: with so many waiting nothing more is shown.
    public init(
        _ process: ServiceProcess, _ database: Database, to coordinator: (any Transport)? = nil,
        rowsMax: Int64 = DisclosureOutbox.rowsMaxDefault
    ) throws {
        self.process = process
        self.database = database
        self.coordinator = coordinator ?? process.client(to: .deletionCoordinator)
        self.rowsMax = rowsMax
        delivered = process.metrics.counter("disclosures.delivered")
        faults = process.metrics.counter("disclosures.faults")
        rowCount = try database.read("waiting disclosures") { try DisclosureTable.count($0) }
        _ = worker  // Made here: later two threads might make it at once.
        process.metrics.observe("disclosures.waiting") { [weak self] in self?.waitingCount ?? 0 }
        process.health.register("disclosures") { [weak self] in
            self?.isOverdue == true ? .degraded("waiting for deletion-coordinator") : .ok()
        }
    }

    public func start() { worker.start() }
    public func stop() { worker.stop() }

    /// Why a disclosure is not on record.
    enum Unrecorded: Error { case tooManyWait, writerIsFull }

    /// Puts a disclosure on record; `completion` hears when it is durable. When it can't be, nothing may be shown.
    /// - Parameter work: is stored in the same transaction; what it throws keeps the disclosure off the record.
    public func record(
        _ disclosure: Disclosure, with work: @escaping @Sendable (Connection) throws -> Void = { _ in },
        completion: @escaping @Sendable (Result<Void, any Error>) -> Void
    ) {
        guard waitingCount < rowsMax else { return completion(.failure(Unrecorded.tooManyWait)) }
        let key = RequestKey(Base64URL.encode(process.system.random(DisclosureOutbox.keyBytes)))
        let isQueued = database.writer.submit("record disclosure") { connection in
            try work(connection)
            try DisclosureTable.add(key, disclosure, connection)
        } completion: { [self] result in
            if case .success = result { arrived(at: disclosure.at) }
            completion(result)
        }
        if !isQueued { completion(.failure(Unrecorded.writerIsFull)) }
    }

    /// Puts a disclosure on record, and only then answers: `then` is called when it is durable. Else the caller gets a fault, and nothing.
    /// - Parameters:
    ///   - work: as for `record`.
    ///   - refused: answers the caller for what `work` throws; false for what it doesn't know.
    public func disclose<R: Request>(
        _ disclosure: Disclosure, _ reply: Reply<R>, with work: @escaping @Sendable (Connection) throws -> Void = { _ in },
        refused: @escaping @Sendable (any Error) -> Bool = { _ in false }, then: @escaping @Sendable () -> Void
    ) {
        record(disclosure, with: work) { [self] result in
            switch result {
            case .success: then()
            case .failure(Unrecorded.tooManyWait):
                reply.fault(.overloaded, "too many disclosures wait for deletion-coordinator: start it, then try again")
            case .failure(Unrecorded.writerIsFull): reply.fault(.overloaded, "the writer's queue is full")
            case .failure(let error):
                if refused(error) { return }
                process.log.event("disclosureNotRecorded", level: .error, ("error", .safe("\(error)")))
                reply.fault(.unavailable, "the disclosure could not be put on record, and nothing is shown without: try again")
            }
        }
    }

    private var waitingCount: Int64 { lock.withLock { rowCount } }
    private var isOverdue: Bool {
        let now = process.system.clock.now
        return lock.withLock { oldestAt.map { now.rawValue - $0.rawValue > DisclosureOutbox.healthyMilliseconds } ?? false }
    }

    private func arrived(at time: Timestamp) {
        let isHeldUp = lock.withLock {
            rowCount += 1
            oldestAt = oldestAt ?? time
            return self.isHeldUp
        }
        // During a pause after a failure news change nothing.
        if !isHeldUp { worker.wake() }
    }

    // MARK: The worker's thread

    private func round() -> Worker.Next {
        do {
            let rows = try database.read("waiting disclosures") { try DisclosureTable.first(DisclosureOutbox.roundMax, $0) }
            lock.withLock { oldestAt = rows.first?.disclosure.at }
            if rows.isEmpty { return .untilWoken }
            let told = tell(rows)
            if !told.isEmpty { try forget(told) }
            if told.count == rows.count {
                backoff.reset()
                lock.withLock { isHeldUp = false }
                return .again
            }
        } catch {
            process.log.event("disclosuresHeldUp", level: .error, ("error", .safe("\(error)")))
        }
        lock.withLock { isHeldUp = true }
        return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
    }

    private func forget(_ told: [Int64]) throws {
        try database.writer.write("told disclosures") { try DisclosureTable.remove(told, $0) }
        lock.withLock { rowCount -= Int64(told.count) }
        delivered.add(Int64(told.count))
    }

    /// Those that the coordinator has for good. All are asked before the first is waited for; none holds up another.
    private func tell(_ rows: [DisclosureTable.Waiting]) -> [Int64] {
        let asked = rows.map { row in
            let answer = Answer<Outcome<RecordDisclosure>>()
            coordinator.call(RecordDisclosure(key: row.key, row.disclosure)) { answer.fill($0) }
            return (row.sequence, answer)
        }
        return asked.compactMap { sequence, answer in
            let code: String
            switch answer.wait() {
            case .ok: return sequence
            // Nobody else has this key, and the purpose is one of ours: a coordinator of another version. It stays until that is mended.
            case .refused(let reason, _): code = reason.rawValue
            case .fault(let fault): code = fault.code.rawValue
            }
            faults.add()
            process.limitedLog.event("disclosureNotTold", ("code", .safe(code)))
            return nil
        }
    }
}
