import ConversationStoreContracts
import Domain
import Runtime
import SQLite
import Threads
import Wire

/// Hands the outbox to conversation-store: at least once, in order within a channel. A row is deleted when the store has it for good. An
/// event that the store refuses is found by halving its batch, and parked in quarantine: no one else's waits for it.
final class Relay: @unchecked Sendable {  // `lanes` is guarded by `lock`; everything else is constant.
    /// An outbox that waits longer than this is a trouble to be seen.
    static let healthyMilliseconds: Int64 = 60_000

    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let directory: ChannelDirectory
    private let keys: InboxKeys
    private let conversations: any Transport
    private let counters: RelayCounters
    private let lock = Lock()
    private var lanes = RelayLanes()
    private var worker: Worker?
    let backlog = Backlog()

    init(
        _ process: ServiceProcess, _ database: Database, _ store: IntakeStore, _ directory: ChannelDirectory, _ keys: InboxKeys,
        to conversations: any Transport
    ) {
        self.process = process
        self.database = database
        self.store = store
        self.directory = directory
        self.keys = keys
        self.conversations = conversations
        counters = RelayCounters(process.metrics)
        let (backlog, clock) = (backlog, process.system.clock)
        process.metrics.observe("outbox.rows") { backlog.rows }
        process.metrics.observe("relay.parked") { backlog.parked }
        process.metrics.observe("outbox.oldest.milliseconds") { backlog.age(now: clock.now) }
        process.health.register("outbox") {
            backlog.age(now: clock.now) <= Relay.healthyMilliseconds ? .ok() : .degraded("waiting for conversation-store")
        }
        process.health.register("parked") {
            backlog.parked == 0 ? .ok() : .degraded("conversation-store refused events: see quarantine.list")
        }
    }

    /// Begins with what the file has.
    func start() throws {
        // On the writer, where no limit of time cuts off a long outbox.
        let (channels, waiting) = try database.writer.write("outbox") { [store] in (try store.waitingChannels($0), try store.backlog($0)) }
        backlog.set(waiting)
        let worker = Worker(process.system, "relay") { [unowned self] in round() }
        lock.withLock {
            lanes.arrived(channels)
            self.worker = worker
        }
        worker.start()
    }

    func stop() { lock.withLock { worker }?.stop() }

    /// Rows were committed for these channels. Cheap, from any thread.
    func wake(_ channels: Set<ChannelID>) {
        guard !channels.isEmpty else { return }
        let worker = lock.withLock {
            lanes.arrived(channels)
            return self.worker
        }
        worker?.wake()
    }

    // MARK: A round

    private func round() -> Worker.Next {
        let clock = process.system.clock
        let channels = lock.withLock { lanes.begin(now: clock.monotonicMilliseconds) }
        for channel in channels { send(channel) }
        do { backlog.see(oldest: try database.read("oldest outbox row") { try store.oldest($0) }) } catch { fail("oldest", error) }
        // Whoever ends a batch wakes the worker.
        guard let due = lock.withLock({ lanes.nextDue }) else { return .untilWoken }
        return .pause(milliseconds: max(1, due - clock.monotonicMilliseconds))
    }

    private func send(_ channel: ChannelID) {
        let limit = lock.withLock { lanes.batchMax(of: channel) }
        let batch: IntakeStore.Batch
        do { batch = try database.read("outbox batch") { try store.batch(of: channel, limit: limit, $0) } } catch {
            fail("read", error)
            return retry(channel)
        }
        if let row = batch.unreadable { return park(row, of: channel) }
        guard let first = batch.sequences.first, let last = batch.sequences.last, let account = directory[channel]?.account else {
            return lock.withLock { lanes.foundEmpty(channel) }
        }
        let request = AppendEvents(
            key: RequestKey("outbox:\(first)-\(last)"), workspace: batch.workspace, channel: channel, account: account, events: batch.events
        )
        conversations.call(request) { [self] outcome in received(outcome, for: batch) }
    }

    /// On the transport's thread: nothing blocks here.
    private func received(_ outcome: Outcome<AppendEvents>, for batch: IntakeStore.Batch) {
        switch outcome {
        case .ok(let response):
            counters.stored.add(response.stored)
            counters.repeated.add(response.repeated)
            counters.keptOut.add(response.keptOut)
            remove(batch)
        case .refused(.workspaceTerminated, _):
            counters.dropped.add(Int64(batch.events.count))
            remove(batch)
        case .fault(let fault):
            counters.faults.add()
            process.log.event("relayFailed", level: fault.retry ? .warning : .error, ("code", .safe(fault.code.rawValue)))
            if Relay.isAboutEvents(fault.code) { refused(batch) } else { retry(batch.channel) }
        }
    }

    /// Whether something in the batch is to blame. By what concerns the link nothing is known of the events: they wait.
    private static func isAboutEvents(_ code: Fault.Code) -> Bool {
        switch code {
        case .malformed, .tooLarge, .internal: true
        case .unknownMethod, .unauthenticated, .forbidden, .purposeForbidden, .deadlineExceeded, .overloaded, .unavailable: false
        }
    }

    private func refused(_ batch: IntakeStore.Batch) {
        let (mustPark, worker) = lock.withLock {
            let mustPark = lanes.refused(
                batch.channel, count: batch.events.count, now: process.system.clock.monotonicMilliseconds,
                jitter: process.system.jitter())
            return (mustPark, self.worker)
        }
        if mustPark, let row = batch.sequences.first { park(row, of: batch.channel) } else { worker?.wake() }
    }

    private func park(_ row: Int64, of channel: ChannelID) {
        let (store, keys, now) = (store, keys, process.system.clock.now)
        let isQueued = database.writer.submit("park") { connection in
            (isParked: try store.park(row, keys, now: now, connection), count: try store.parkedCount(connection))
        } completion: { [self] result in
            switch result {
            case .success(let outcome):
                backlog.see(parked: outcome.count)
                if outcome.isParked { process.log.event("eventParked", level: .error, ("channel", .tag(channel.rawValue))) }
                finish(channel, rows: outcome.isParked ? 1 : 0, sent: 1)
            case .failure(let error):
                fail("park", error)
                retry(channel)
            }
        }
        if !isQueued { retry(channel) }
    }

    private func remove(_ batch: IntakeStore.Batch) {
        // Nobody waits for it: for a lone sender a commit of its own would be half of the next delivery's time.
        let isQueued = database.writer.submitPatiently("delivered") { [store] connection in
            try store.remove(batch, connection)
        } completion: { [self] result in
            switch result {
            case .success(let count):
                finish(batch.channel, rows: count, sent: batch.events.count)
            case .failure(let error):
                fail("delete", error)
                retry(batch.channel)
            }
        }
        // The store knows a repeat.
        if !isQueued { retry(batch.channel) }
    }

    /// What was under way has left the outbox.
    private func finish(_ channel: ChannelID, rows: Int64, sent: Int) {
        backlog.add(-rows, at: process.system.clock.now)
        let worker = lock.withLock {
            lanes.succeeded(channel, count: sent)
            return self.worker
        }
        worker?.wake()
    }

    private func retry(_ channel: ChannelID) {
        let worker = lock.withLock {
            lanes.failed(channel, now: process.system.clock.monotonicMilliseconds, jitter: process.system.jitter())
            return self.worker
        }
        worker?.wake()
    }

    private func fail(_ step: StaticString, _ error: any Error) {
        process.log.event("relayFailed", level: .error, ("step", .word(step)), ("error", .safe("\(error)")))
    }
}

/// What the store said of the events that it was given.
struct RelayCounters: Sendable {
    let stored, repeated, keptOut, dropped, faults: Metrics.Counter

    init(_ metrics: Metrics) {
        stored = metrics.counter("relay.stored")
        repeated = metrics.counter("relay.repeated")
        keptOut = metrics.counter("relay.keptOut")
        dropped = metrics.counter("relay.dropped")
        faults = metrics.counter("relay.faults")
    }
}
