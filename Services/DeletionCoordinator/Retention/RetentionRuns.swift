import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Runtime
import SQLite
import Threads
import Wire

/// Has every holder delete what has been kept long enough, by the clock and when somebody asks. The only thing in the mesh that does:
/// services have no rounds of their own.
///
/// One run at a time, one holder after another, in the order in which they erase. A run that is cut off is begun anew: what it deleted is
/// not there any more.
final class RetentionRuns: @unchecked Sendable {  // `waiting` is guarded by `lock`, `retryAt` is the worker's own.
    /// From the beginning of one to that of the next.
    static let intervalMilliseconds: Int64 = 3_600_000
    /// After a start others may not be up yet.
    static let firstMilliseconds: Int64 = 60_000
    /// After a run that a holder didn't answer.
    static let retryMilliseconds: Int64 = 300_000
    static let waitingMax = 16

    /// A run that somebody asked for.
    struct Wanted: Sendable {
        let workspace: WorkspaceID?
        let rule: Retention?
        let isDryRun: Bool
        let heard: @Sendable (Result<RetentionRun, any Error>) -> Void
    }

    /// More people are held than one call can name: nothing goes that may be theirs.
    struct TooManyHeld: Error {}
    struct Stopped: Error {}

    private let process: ServiceProcess
    private let store: DeletionCoordinatorStore
    private let holders: [Peer: any Transport]
    private let removed, kept: Metrics.Counter
    private let lock = Lock()
    private var waiting: [Wanted] = []
    private var retryAt: Timestamp
    private lazy var worker = Worker(process.system, "retention") { [unowned self] in round() }

    init(_ process: ServiceProcess, _ store: DeletionCoordinatorStore, _ holders: [Peer: any Transport]) {
        self.process = process
        self.store = store
        self.holders = holders
        removed = process.metrics.counter("retention.removed")
        kept = process.metrics.counter("retention.kept")
        retryAt = process.system.clock.now.adding(milliseconds: RetentionRuns.firstMilliseconds)
        _ = worker  // Made here: later two threads might make it at once.
    }

    func start() { worker.start() }

    func stop() {
        worker.stop()
        for wanted in takeAll() { wanted.heard(.failure(Stopped())) }
    }

    /// False when too many wait already.
    func ask(_ wanted: Wanted) -> Bool {
        let isTaken = lock.withLock {
            guard waiting.count < RetentionRuns.waitingMax else { return false }
            waiting.append(wanted)
            return true
        }
        worker.wake()
        return isTaken
    }

    // MARK: The worker's thread

    private func round() -> Worker.Next {
        for wanted in takeAll() {
            wanted.heard(Result { try run(of: wanted.workspace, by: wanted.rule, isDryRun: wanted.isDryRun, isScheduled: false) })
        }
        let now = process.system.clock.now
        do {
            let next = try dueAt()
            guard next <= now else { return .pause(milliseconds: next.rawValue - now.rawValue) }
            let run = try run(isDryRun: false, isScheduled: true)
            guard run.results.contains(where: { $0.isOpen == true }) else { return .again }
        } catch {
            process.log.event("retentionFailed", level: .error, ("error", .safe("\(error)")))
        }
        retryAt = process.system.clock.now.adding(milliseconds: RetentionRuns.retryMilliseconds)
        return .pause(milliseconds: RetentionRuns.retryMilliseconds)
    }

    private func dueAt() throws -> Timestamp {
        guard let last = try store.lastScheduledRun() else { return retryAt }
        return max(last.adding(milliseconds: RetentionRuns.intervalMilliseconds), retryAt)
    }

    private func run(
        of workspace: WorkspaceID? = nil, by rule: Retention? = nil, isDryRun: Bool, isScheduled: Bool
    ) throws -> RetentionRun {
        var run = RetentionRun()
        run.startedAt = process.system.clock.now
        run.isScheduled = isScheduled
        let held = try store.held(now: run.startedAt)
        guard held.people.count <= Subject.listMax else { throw TooManyHeld() }
        let plan = RetentionPlan(
            try store.ownLengths(), held, at: run.startedAt, of: workspace, by: rule, isDryRun: isDryRun)
        if !isDryRun {
            let startedAt = run.startedAt
            run.id = try store.database.writer.write("begin retention run") {
                try DeletionCoordinatorStore.begin(isScheduled: isScheduled, now: startedAt, $0)
            }
        }
        for expiry in plan.expiries {
            for holder in ErasureRun.holders {
                guard !process.isStopping else { throw Stopped() }
                try take(expire(expiry, at: holder), into: &run)
            }
        }
        try end(&run)
        return run
    }

    /// Until the holder is through with it.
    private func expire(_ expiry: ExpireData, at holder: Peer) -> RetentionResult {
        var result = RetentionResult(rule: expiry.rule, workspace: expiry.workspace, holder: holder.rawValue)
        guard let transport = holders[holder] else { preconditionFailure("\(holder.rawValue) is no holder") }
        while !process.isStopping {
            guard case .ok(let answer) = transport.call(expiry) else { break }
            result.rows.merge(answer.rows) { $0 + $1 }
            result.kept = answer.kept
            if answer.isPartial != true { return result }
        }
        process.limitedLog.event("retentionHeldUp", level: .warning, ("holder", .safe(holder.rawValue)))
        result.isOpen = true
        return result
    }

    /// Where nothing was due there is nothing to say.
    private func take(_ result: RetentionResult, into run: inout RetentionRun) throws {
        guard !result.rows.isEmpty || !result.kept.isEmpty || result.isOpen == true else { return }
        if run.results.count < RetentionRun.resultsMax { run.results.append(result) }
        guard let id = run.id else { return }
        removed.add(result.rows.values.reduce(0, +))
        kept.add(result.kept.values.reduce(0, +))
        try store.database.writer.write("record retention") { try DeletionCoordinatorStore.record(result, of: id, $0) }
    }

    private func end(_ run: inout RetentionRun) throws {
        let now = process.system.clock.now
        run.endedAt = now
        guard let id = run.id else { return }
        try store.database.writer.write("end retention run") { try DeletionCoordinatorStore.end(id, now: now, $0) }
        let count = run.results.reduce(0) { $0 + $1.rows.values.reduce(0, +) }
        process.log.event("retentionRun", ("run", .int(id.rawValue)), ("rows", .int(count)))
    }

    private func takeAll() -> [Wanted] {
        lock.withLock {
            defer { waiting = [] }
            return waiting
        }
    }
}
