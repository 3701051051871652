import Domain
import Policy
import Runtime
import Threads

/// Drives the open runs: stores what each has become, then has the next action done, and so on until it rests or is completed.
///
/// One thread owns all runs, and it never waits for a holder: a deletion that is held up holds up no other. Runs that rest are in the
/// file only, with the time at which they go on.
final class ErasureDriver: @unchecked Sendable {  // `inbox` is guarded by `lock`; `flights` is the worker's own.
    /// Runs with something under way at one time.
    static let flightCountMax = 8
    /// Even with nothing to do the gauges are looked at.
    static let pauseMillisecondsMax: Int64 = 60_000
    /// Between two attempts at what failed.
    static let restMillisecondsMin: Int64 = 200
    static let restMillisecondsMax: Int64 = 60_000
    /// From so many failed attempts in a row an operator should look.
    static let attemptsAlarming: Int64 = 5
    /// The public promise: done within 30 days.
    static let overdueMilliseconds: Int64 = 30 * 86_400_000

    /// What became of a decision.
    enum Verdict: Sendable {
        case taken(ErasureStep)
        case unknownDeletion, notAwaited
        case notStored
    }

    typealias Heard = @Sendable (Verdict) -> Void

    private enum Note {
        /// An answer to the action of that number.
        case happened(DeletionID, action: Int, ErasureEvent)
        case decided(DeletionID, ErasureDecision, Heard)
        case weighs(DeletionID, Heard)
        case stored(ErasureRun, ErasureAction, Heard?)
        /// The write failed: the run is as it was, and is taken up again from the file.
        case dropped(DeletionID)
    }

    /// A run with something under way.
    private struct Flight {
        var run: ErasureRun
        /// The action that is under way; an answer to an earlier one comes too late.
        var action: Int?
        var isStoring = false
        /// What came while the run was being stored, and waits for that.
        var waiting: [Note] = []
    }

    private let process: ServiceProcess
    private let store: DeletionCoordinatorStore
    private let hands: ErasureHands
    private let gauges: ErasureGauges
    private let terminations: Terminations
    /// Told when a run has come to something that its person may want to know.
    private let whenTold: @Sendable () -> Void
    private let lock = Lock()
    private var inbox: [Note] = []
    private var flights: [DeletionID: Flight] = [:]
    private var actionCount = 0
    private lazy var worker = Worker(process.system, "erasures") { [unowned self] in round() }

    init(
        _ process: ServiceProcess, _ store: DeletionCoordinatorStore, _ hands: ErasureHands, _ terminations: Terminations,
        whenTold: @escaping @Sendable () -> Void
    ) {
        self.process = process
        self.store = store
        self.hands = hands
        self.terminations = terminations
        self.whenTold = whenTold
        gauges = ErasureGauges(process)
        _ = worker  // Made here: later two threads might make it at once.
    }

    func start() throws {
        let now = process.system.clock.now
        try store.database.writer.write("resume deletions") { try DeletionCoordinatorStore.resume(now: now, $0) }
        worker.start()
    }

    func stop() { worker.stop() }

    /// There is a new deletion, or one may begin earlier.
    func wake() { worker.wake() }

    /// Has somebody's decision taken; `heard` is told on whatever thread when it is on disk, or comes to nothing.
    func decide(_ decision: ErasureDecision, about deletion: DeletionID, _ heard: @escaping Heard) {
        post(.decided(deletion, decision, heard))
    }

    /// Holds have come or gone: what each open run may erase is looked up anew. `heard` is told of each when it is on disk.
    func weigh(_ deletion: DeletionID, _ heard: @escaping Heard) { post(.weighs(deletion, heard)) }

    // MARK: The worker's thread

    private func round() -> Worker.Next {
        for note in takeInbox() { take(note) }
        do {
            try terminations.enrol()
            try takeUpDue()
            try gauges.show(store, process.system.clock, isIdle: flights.isEmpty)
            return .pause(milliseconds: try pause())
        } catch {
            process.log.event("deletionsUnreadable", level: .error, ("error", .safe("\(error)")))
            return .pause(milliseconds: ErasureDriver.restMillisecondsMin)
        }
    }

    private func takeUpDue() throws {
        let now = process.system.clock.now
        // Those under way are due as well, so as many more are asked for.
        for deletion in try store.due(now: now, limit: flights.count + ErasureDriver.flightCountMax) where flights[deletion] == nil {
            guard flights.count < ErasureDriver.flightCountMax, let run = try readable(deletion, now) else { continue }
            flights[deletion] = Flight(run: run)
            if run.step.isWaiting { happened(.due, to: run) } else { perform(run.action, of: run) }
        }
    }

    /// A run that can't be read is put aside, visibly: it shall not keep the others from their turn.
    private func readable(_ deletion: DeletionID, _ now: Timestamp) throws -> ErasureRun? {
        do { return try store.run(deletion) } catch {
            process.log.event("deletionUnreadable", level: .error, ("deletion", .int(deletion.rawValue)), ("error", .safe("\(error)")))
            let next = now.adding(milliseconds: ErasureDriver.restMillisecondsMax)
            try store.database.writer.write("put deletion aside") { try DeletionCoordinatorStore.putAside(deletion, until: next, $0) }
            return nil
        }
    }

    private func pause() throws -> Int64 {
        let now = process.system.clock.now
        guard let next = try store.nextDue(after: now) else { return ErasureDriver.pauseMillisecondsMax }
        return min(ErasureDriver.pauseMillisecondsMax, next.rawValue - now.rawValue)
    }

    private func take(_ note: Note) {
        switch note {
        case .happened(let deletion, let action, let event):
            // Another answer is awaited by now, or none: a decision was faster.
            guard let flight = flights[deletion], flight.action == action else { return }
            if flight.isStoring { return wait(note, for: deletion) }
            // A stop closes the clients; what they were doing has not failed, and is done again after the start.
            if case .failed = event, process.isStopping { return }
            flights[deletion]?.action = nil
            happened(event, to: flight.run)
        case .decided(let deletion, let decision, let heard):
            if flights[deletion]?.isStoring == true { return wait(note, for: deletion) }
            decide(decision, deletion, heard)
        case .weighs(let deletion, let heard):
            if flights[deletion]?.isStoring == true { return wait(note, for: deletion) }
            weighNow(deletion, heard)
        case .stored(let run, let action, let heard):
            heard?(.taken(run.step))
            if run.step.isBeforeErasing || run.step.isEnd { whenTold() }
            stored(run, action)
        case .dropped(let deletion): leave(deletion)
        }
    }

    private func wait(_ note: Note, for deletion: DeletionID) { flights[deletion]?.waiting.append(note) }

    /// Nothing is under way with it any more; who came meanwhile finds it in the file.
    private func leave(_ deletion: DeletionID) {
        for note in flights.removeValue(forKey: deletion)?.waiting ?? [] { take(note) }
    }

    private func happened(_ event: ErasureEvent, to run: ErasureRun) {
        let now = process.system.clock.now
        var next = run
        let action = next.happened(event, at: now)
        gauges.count(event, action)
        store(next, after: run, action, evidence(event, of: run, action), nextAt: nextAt(action, next, now))
    }

    private func weighNow(_ deletion: DeletionID, _ heard: @escaping Heard) {
        do {
            guard let run = try flights[deletion]?.run ?? store.run(deletion) else { return heard(.unknownDeletion) }
            decide(.weigh(try store.keeping(of: run, now: process.system.clock.now)), deletion, heard)
        } catch {
            process.log.event("holdsUnreadable", level: .error, ("error", .safe("\(error)")))
            heard(.notStored)
        }
    }

    private func decide(_ decision: ErasureDecision, _ deletion: DeletionID, _ heard: @escaping Heard) {
        let isUnderWay = flights[deletion] != nil
        do {
            guard let run = try flights[deletion]?.run ?? store.run(deletion) else { return heard(.unknownDeletion) }
            let now = process.system.clock.now
            var next = run
            let action = try next.decided(decision, at: now)
            guard next != run else { return heard(.taken(run.step)) }
            if !isUnderWay { flights[deletion] = Flight(run: run) }
            store(next, after: run, action, nil, nextAt: nextAt(action, next, now), heard)
        } catch is ErasureRun.NotAwaited {
            heard(.notAwaited)
        } catch {
            process.log.event("deletionUnreadable", level: .error, ("deletion", .int(deletion.rawValue)), ("error", .safe("\(error)")))
            heard(.notStored)
        }
    }

    private func stored(_ run: ErasureRun, _ action: ErasureAction) {
        guard let flight = flights[run.deletion] else { return }
        let goesOn = flight.action != nil && (flight.run.step, flight.run.leg) == (run.step, run.leg)
        flights[run.deletion] = Flight(run: run, action: goesOn ? flight.action : nil)
        tell(action, run)
        // A decision that left the step as it is changes nothing of what is under way.
        if !goesOn { perform(action, of: run) }
        for note in flight.waiting { take(note) }
    }

    private func store(
        _ next: ErasureRun, after run: ErasureRun, _ action: ErasureAction, _ evidence: DeletionCoordinatorStore.Evidence?,
        nextAt: Timestamp?, _ heard: Heard? = nil
    ) {
        flights[run.deletion]?.isStoring = true
        let sealed = next.subject == run.subject ? nil : store.seal.seal(next.subject)
        let now = process.system.clock.now
        let isQueued = store.database.writer.submit("advance deletion") { connection in
            try DeletionCoordinatorStore.advance(
                next, sealedSubject: sealed, now: now, nextAt: nextAt, evidence: evidence, connection)
        } completion: { [self] result in
            switch result {
            case .success: post(.stored(next, action, heard))
            case .failure(let error):
                process.log.event("deletionNotStored", level: .error, ("error", .safe("\(error)")))
                heard?(.notStored)
                dropLater(run.deletion)
            }
        }
        guard !isQueued else { return }
        heard?(.notStored)
        dropLater(run.deletion)
    }

    private func dropLater(_ deletion: DeletionID) {
        process.system.scheduler.after(milliseconds: ErasureDriver.restMillisecondsMin) { [weak self] in self?.post(.dropped(deletion)) }
    }

    /// What an operator may want to follow: that it rests, and that it is done.
    private func tell(_ action: ErasureAction, _ run: ErasureRun) {
        let id = LogValue.int(run.deletion.rawValue)
        switch action {
        case .rest:
            process.log.event(
                "deletionRests", level: .warning, ("deletion", id), ("step", .safe(run.step.rawValue)),
                ("failedAttempts", .int(run.failedAttempts + run.setbacks)))
        case .finish:
            process.log.event(
                "deletionEnded", ("deletion", id), ("state", .safe(run.step.rawValue)), ("found", .bool(run.found ?? false)))
        case .acknowledge, .consult, .collect, .journal, .place, .weigh, .erase, .setAside, .prove, .clear, .wait: break
        }
    }

    private func perform(_ action: ErasureAction, of run: ErasureRun) {
        switch action {
        case .wait, .rest, .finish: leave(run.deletion)
        case .acknowledge, .consult, .collect, .journal, .place, .weigh, .erase, .setAside, .prove, .clear:
            let deletion = run.deletion
            actionCount += 1
            flights[deletion]?.action = actionCount
            hands.perform(action, of: run) { [weak self, number = actionCount] event in
                self?.post(.happened(deletion, action: number, event))
            }
        }
    }

    /// nil: never again.
    private func nextAt(_ action: ErasureAction, _ run: ErasureRun, _ now: Timestamp) -> Timestamp? {
        switch action {
        case .wait(let time): time
        case .rest: now.adding(milliseconds: rest(after: run.failedAttempts + run.setbacks))
        case .finish: nil
        case .acknowledge, .consult, .collect, .journal, .place, .weigh, .erase, .setAside, .prove, .clear: now
        }
    }

    private func rest(after attempts: Int64) -> Int64 {
        var backoff = Backoff(millisecondsMin: ErasureDriver.restMillisecondsMin, millisecondsMax: ErasureDriver.restMillisecondsMax)
        for _ in 1..<max(1, min(attempts, 16)) { _ = backoff.next(jitter: 0) }
        return backoff.next(jitter: process.system.jitter())
    }

    /// What is worth keeping of an answer: receipts that were accepted, and proofs, the failed ones too.
    private func evidence(_ event: ErasureEvent, of run: ErasureRun, _ action: ErasureAction) -> DeletionCoordinatorStore.Evidence? {
        switch event {
        case .erased(let receipt, _): action == .rest ? nil : .receipt(receipt, leg: run.leg)
        case .proved(let proof): .proof(proof, leg: run.leg)
        case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .cleared, .failed: nil
        }
    }

    // MARK: Any thread

    private func post(_ note: Note) {
        lock.withLock { inbox.append(note) }
        worker.wake()
    }

    private func takeInbox() -> [Note] {
        lock.withLock {
            defer { inbox = [] }
            return inbox
        }
    }
}
