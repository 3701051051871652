import ConversationStoreContracts
import Runtime
import SQLite
import Threads
import Wire

/// Follows the store's `conversations.feed`: effect and cursor commit together, so a crash neither misses nor doubles a change.
final class ConversationFollower: Sendable {
    static let waitMilliseconds: Int64 = 20_000
    /// So long nothing is heard only when the store is down or can't be reached.
    static let staleMilliseconds: Int64 = 60_000

    private let worker: Worker

    /// `start` begins to follow.
    init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport) {
        let heard = LastHeard()
        let round = Round(process, database, store, conversations, heard)
        worker = Worker(process.system, "conversations") { round.run() }
        let clock = process.system.clock
        process.health.register("conversations") {
            guard let at = heard.at else { return .degraded("waiting for conversation-store") }
            return clock.monotonicMilliseconds - at < ConversationFollower.staleMilliseconds
                ? .ok() : .degraded("conversation-store silent")
        }
    }

    func start() { worker.start() }

    /// The process has closed its clients: the long poll under way has ended.
    func stop() { worker.stop() }

    private final class Round: @unchecked Sendable {  // Only the worker's thread runs it.
        private let process: ServiceProcess
        private let database: Database
        private let store: HandoffContextStore
        private let conversations: any Transport
        private let heard: LastHeard
        private let taken: Metrics.Counter
        private let keptOut: Metrics.Counter
        private var backoff = Backoff()

        init(
            _ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport,
            _ heard: LastHeard
        ) {
            self.process = process
            self.database = database
            self.store = store
            self.conversations = conversations
            self.heard = heard
            taken = process.metrics.counter("changes.taken")
            keptOut = process.metrics.counter("changes.keptOut")
        }

        func run() -> Worker.Next {
            do {
                let cursor = try database.read("conversation cursor") { try store.cursor($0) }
                // The first answer comes at once: until then nobody knows whether the store can be reached.
                let wait = heard.at == nil ? 0 : ConversationFollower.waitMilliseconds
                switch conversations.call(ReadConversationFeed(after: cursor, waitMilliseconds: wait)) {
                case .ok(let response):
                    try take(response)
                    heard.at = process.system.clock.monotonicMilliseconds
                    backoff.reset()
                    return .again
                case .refused: return pause("refused")
                case .fault(let fault): return pause(fault.code.rawValue)
                }
            } catch {
                return pause("database", error)
            }
        }

        private func take(_ response: ReadConversationFeed.Response) throws {
            guard !response.changes.isEmpty || response.restarted else { return }
            let store = store
            let out = try database.writer.write("take changes") { try store.take(response, $0) }
            taken.add(Int64(response.changes.count) - out)
            keptOut.add(out)
        }

        private func pause(_ reason: String, _ error: (any Error)? = nil) -> Worker.Next {
            let fields: [(StaticString, LogValue)] = [("reason", .safe(reason))] + (error.map { [("error", .safe("\($0)"))] } ?? [])
            process.log.event("conversationFeedFailed", level: .warning, fields: fields)
            return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
        }
    }
}

/// When the store was heard last, for the worker that hears it and the health check that asks.
private final class LastHeard: @unchecked Sendable {  // `milliseconds` is guarded by `lock`.
    private let lock = Lock()
    private var milliseconds: Int64?

    /// Monotonic milliseconds; nil before the first answer.
    var at: Int64? {
        get { lock.withLock { milliseconds } }
        set { lock.withLock { milliseconds = newValue } }
    }
}
