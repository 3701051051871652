import ConversationStoreContracts
import Domain
import Net
import Runtime
import SQLite
import Threads
import Wire

/// Hands the outbox to conversation-store: at least once, in order within a channel. A row is deleted when the store has it for good. An
/// event that the store refuses is found by halving its batch, and parked in quarantine: no one else's waits for it.
final class Relay: @unchecked Sendable {  // `lanes` and `pace` are guarded by `lock`; everything else is constant.
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
    private var pace = RelayPace()
    private var worker: Worker?
    let backlog = Backlog()

    private static let eventNames = MemberNames(of: ChannelEvent.self)

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
            return lanes.inFlightCount > 0 || pace.isResting ? nil : self.worker
        }
        worker?.wake()
    }

    // MARK: A round

    private enum Turn {
        /// These channels, so many events of each.
        case begin([(ChannelID, limit: Int)])
        case rest(milliseconds: Int64)
        /// Whoever ends the last batch wakes the worker.
        case underWay
    }

    private func round() -> Worker.Next {
        let clock = process.system.clock
        let turn = lock.withLock { self.turn(now: clock.monotonicMilliseconds) }
        switch turn {
        case .underWay: return .untilWoken
        case .rest(let milliseconds): return .pause(milliseconds: milliseconds)
        case .begin(let channels):
            send(channels)
            guard let due = lock.withLock({ lanes.nextDue }) else { return .untilWoken }
            return .pause(milliseconds: max(1, due - clock.monotonicMilliseconds))
        }
    }

    /// The caller holds the lock.
    private func turn(now: Int64) -> Turn {
        if lanes.inFlightCount > 0 { return .underWay }
        if let milliseconds = pace.rest(now: now) { return .rest(milliseconds: milliseconds) }
        pace.begin(now: now)
        let channels = lanes.begin(now: now)
        if channels.count == RelayLanes.inFlightMax { pace.fallBehind() }
        return .begin(channels.map { ($0, lanes.batchMax(of: $0)) })
    }

    private struct Load {
        let batch: IntakeStore.Batch
        let events: WrittenList
    }

    private func send(_ channels: [(ChannelID, limit: Int)]) {
        let loads: [Load]
        do {
            loads = try database.read("outbox batches") { connection in
                backlog.see(oldest: try store.oldest(connection))
                return try channels.map { channel, limit in
                    let events = WrittenList(of: Relay.eventNames, .asFound)
                    return Load(batch: try store.batch(of: channel, limit: limit, to: events, connection), events: events)
                }
            }
        } catch {
            fail("read", error)
            for (channel, _) in channels { retry(channel) }
            return
        }
        FlushScope.run { for load in loads { send(load) } }
    }

    private func send(_ load: Load) {
        let batch = load.batch
        if let row = batch.unreadable { return park(row, of: batch.channel) }
        guard let first = batch.sequences.first, let last = batch.sequences.last, let account = directory[batch.channel]?.account else {
            return end { $0.foundEmpty(batch.channel) }
        }
        if batch.hasMore { lock.withLock { pace.fallBehind() } }
        let request = AppendEvents(
            key: RequestKey("outbox:\(first)-\(last)"), workspace: batch.workspace, channel: batch.channel, account: account, events: [])
        conversations.call(request, with: load.events) { [self] outcome in received(outcome, for: batch) }
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
            counters.dropped.add(Int64(batch.sequences.count))
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
        let (now, jitter) = (process.system.clock.monotonicMilliseconds, process.system.jitter())
        let mustPark = end { $0.refused(batch.channel, count: batch.sequences.count, now: now, jitter: jitter) }
        if mustPark, let row = batch.sequences.first { park(row, of: batch.channel) }
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
                finish(batch.channel, rows: count, sent: batch.sequences.count)
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
        end { $0.succeeded(channel, count: sent) }
    }

    private func retry(_ channel: ChannelID) {
        let (now, jitter) = (process.system.clock.monotonicMilliseconds, process.system.jitter())
        end { $0.failed(channel, now: now, jitter: jitter) }
    }

    /// A batch is no longer under way, unless it is to be parked; with the last of them the round is over.
    @discardableResult
    private func end<Value>(_ change: (inout RelayLanes) -> Value) -> Value {
        let (value, worker) = lock.withLock {
            let value = change(&lanes)
            guard lanes.inFlightCount == 0 else { return (value, nil as Worker?) }
            pace.end(now: process.system.clock.monotonicMilliseconds)
            return (value, self.worker)
        }
        worker?.wake()
        return value
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
