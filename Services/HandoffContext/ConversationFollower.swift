import ConversationStoreContracts
import Runtime
import SQLite
import Wire

/// Follows the store's `conversations.feed`: effect and cursor commit together, so a crash neither misses nor doubles a change.
final class ConversationFollower: Sendable {
    static let waitMilliseconds: Int64 = 20_000

    private let worker: Worker

    init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport) {
        let round = Round(process, database, store, conversations)
        worker = Worker(process.system, "conversations") { round.run() }
    }

    func start() { worker.start() }

    /// The process has closed its clients: the long poll under way has ended.
    func stop() { worker.stop() }

    private final class Round: @unchecked Sendable {  // Only the worker's thread runs it.
        private let process: ServiceProcess
        private let database: Database
        private let store: HandoffContextStore
        private let conversations: any Transport
        private let taken: Metrics.Counter
        private let keptOut: Metrics.Counter
        private var backoff = Backoff()

        init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport) {
            self.process = process
            self.database = database
            self.store = store
            self.conversations = conversations
            taken = process.metrics.counter("changes.taken")
            keptOut = process.metrics.counter("changes.keptOut")
        }

        func run() -> Worker.Next {
            do {
                let cursor = try database.read("conversation cursor") { try store.cursor($0) }
                switch conversations.call(ReadConversationFeed(after: cursor, waitMilliseconds: ConversationFollower.waitMilliseconds)) {
                case .ok(let response):
                    try take(response)
                    backoff.reset()
                    return .again
                case .refused: return pause("refused")
                case .fault(let fault): return pause(fault.code.rawValue)
                }
            } catch {
                return pause("database")
            }
        }

        private func take(_ response: ReadConversationFeed.Response) throws {
            guard !response.changes.isEmpty || response.restarted else { return }
            let store = store
            let out = try database.writer.write("take changes") { try store.take(response, $0) }
            taken.add(Int64(response.changes.count) - out)
            keptOut.add(out)
        }

        private func pause(_ reason: String) -> Worker.Next {
            process.log.event("conversationFeedFailed", level: .warning, ("reason", .safe(reason)))
            return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
        }
    }
}
