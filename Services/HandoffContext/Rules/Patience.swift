import Access
import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Runtime
import SQLite
import Wire

/// Asks for a person where nobody has answered for longer than the workspace allows.
///
/// That somebody waits is known from the feed; whether they still do, the conversation itself says: their words may be withdrawn or held
/// since, or their data restricted.
final class Patience: Sendable {
    static let pauseMilliseconds: Int64 = 15_000
    /// Conversations of one workspace that one round looks at; the next goes on.
    static let countMax: Int64 = 200

    private let worker: Worker

    init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport) {
        worker = Worker(process.system, "patience") {
            do { try Patience.round(now: process.system.clock.now, database, store, conversations) } catch {
                process.log.event("patienceFailed", level: .error, ("error", .safe("\(error)")))
            }
            return .pause(milliseconds: Patience.pauseMilliseconds)
        }
    }

    func start() { worker.start() }
    func stop() { worker.stop() }

    static func round(
        now: Timestamp, _ database: Database, _ store: HandoffContextStore, _ conversations: any Transport
    ) throws {
        let (waiting, rules) = try database.read("unanswered") { connection in
            let waiting = try store.unanswered(now: now, limit: countMax, connection)
            let rules = try Set(waiting.map(\.workspace)).map { ($0, try store.rules(of: $0, connection) ?? HandoffRules()) }
            return (waiting, rules)
        }
        guard !waiting.isEmpty else { return }
        let books = Dictionary(uniqueKeysWithValues: rules.map { ($0, RuleBook.kept($1)) })
        let asks = waiting.compactMap { waiting -> (HandoffContextStore.Unanswered, HandoffAsk)? in
            guard let ask = books[waiting.workspace]?.unanswered(since: waiting.since), ask.since <= now else { return nil }
            return (waiting, ask)
        }
        let stillWaiting = try asks.map { try isStillWaiting($0.0, conversations) }
        try database.writer.write("ask for who waits") { connection in
            for ((waiting, ask), isWaiting) in zip(asks, stillWaiting) {
                if isWaiting {
                    try store.ask(ask, for: waiting, now: now, connection)
                } else {
                    // Their next words begin to wait anew.
                    try store.answered(waiting.conversation, at: waiting.since, connection)
                }
            }
        }
    }

    /// Whether the last that was said is the person's, stands, and may be acted on.
    private static func isStillWaiting(_ waiting: HandoffContextStore.Unanswered, _ conversations: any Transport) throws -> Bool {
        let read = ReadConversation(workspace: waiting.workspace, conversation: waiting.conversation, limit: Handoff.messagesMax)
        switch conversations.call(read) {
        // Whose data is restricted gets no automation.
        case .ok(let conversation) where conversation.participant.restrictedAt != nil: return false
        case .ok(let conversation):
            let last = conversation.messages.last { $0.isAnswer || $0.isAsking }
            return last?.isAsking ?? (conversation.messages.count == Int(Handoff.messagesMax))
        case .refused(.unknownConversation, _): return false
        case .fault(let fault): throw RuledChanges.StoreIsAway(code: fault.code.rawValue)
        }
    }
}

extension Message {
    /// Somebody spoke for the business.
    fileprivate var isAnswer: Bool { kind == .reply || (kind == .echo && (origin == nil || origin == .standby)) }
    /// The person said something here and now, and did not take it back.
    fileprivate var isAsking: Bool {
        (kind == .message || kind == .postback) && author == .participant && origin == nil && withdrawnAt == nil
    }
}
