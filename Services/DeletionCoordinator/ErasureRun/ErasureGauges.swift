import Domain
import Runtime
import Threads

/// How the open deletions stand, in numbers and for `mesh.health`.
final class ErasureGauges: @unchecked Sendable {
    // `isStuck` and `isOverdue` are guarded by `lock`; `shownAt` is the driver's thread's own.
    /// Counting looks at every open deletion, so a busy driver does it only so often.
    static let intervalMilliseconds: Int64 = 1000

    private let open, overdue, unacknowledged, held, stuck: Metrics.Gauge
    private let failed, setBack, completed, lapsed, receiptsRejected: Metrics.Counter
    private let lock = Lock()
    private var isStuck = false
    private var isOverdue = false
    private var shownAt: Int64?

    init(_ process: ServiceProcess) {
        let metrics = process.metrics
        open = metrics.gauge("deletions.open")
        overdue = metrics.gauge("deletions.overdue")
        unacknowledged = metrics.gauge("deletions.unacknowledged")
        held = metrics.gauge("deletions.held")
        stuck = metrics.gauge("deletions.stuck")
        failed = metrics.counter("deletions.failedAttempts")
        setBack = metrics.counter("deletions.setbacks")
        completed = metrics.counter("deletions.completed")
        lapsed = metrics.counter("deletions.lapsed")
        receiptsRejected = metrics.counter("deletions.receiptsRejected")
        process.health.register("deletions") { [self] in
            let (isStuck, isOverdue) = lock.withLock { (self.isStuck, self.isOverdue) }
            if isOverdue { return .degraded("a deletion is late: see deletions.list") }
            return isStuck ? .degraded("a deletion does not get on") : .ok()
        }
    }

    /// - Parameter isIdle: the last look for now, so that the numbers don't stay behind.
    func show(_ store: DeletionCoordinatorStore, _ clock: any Clock, isIdle: Bool) throws {
        let milliseconds = clock.monotonicMilliseconds
        if !isIdle, let shownAt, milliseconds - shownAt < ErasureGauges.intervalMilliseconds { return }
        shownAt = milliseconds
        let standing = try store.standing(now: clock.now, attempts: ErasureDriver.attemptsAlarming)
        open.set(standing.open)
        overdue.set(standing.overdue)
        unacknowledged.set(standing.unacknowledged)
        held.set(standing.held)
        stuck.set(standing.stuck)
        lock.withLock {
            isStuck = standing.stuck > 0
            isOverdue = standing.overdue + standing.unacknowledged > 0
        }
    }

    func count(_ event: ErasureEvent, _ action: ErasureAction) {
        switch (event, action) {
        case (.erased, .rest), (.setAside, .rest): receiptsRejected.add()
        case (.proved, .rest), (.placed, .rest): setBack.add()
        case (_, .rest): failed.add()
        case (.cleared, .finish): completed.add()
        case (_, .finish): lapsed.add()
        case (_, .acknowledge), (_, .consult), (_, .collect), (_, .journal), (_, .place), (_, .weigh), (_, .setAside), (_, .erase),
            (_, .prove), (_, .clear), (_, .wait):
            break
        }
    }
}
