import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Runtime
import SQLite
import Wire

/// Looks at what the feed tells of with the workspaces' rules: reads what was said where a rule listens, and says what is to be asked.
///
/// Nothing is kept between the pages of the feed, and nothing is stored here: an ask is stored with its page's cursor, and so exactly once.
struct RuledChanges: Sendable {
    let database: Database
    let store: HandoffContextStore
    let conversations: any Transport

    /// The store can't be asked now: the page is taken again.
    struct StoreIsAway: Error { let code: String }

    /// By a change's place in the page.
    func asks(for page: ReadConversationFeed.Response) throws -> [Int: HandoffAsk] {
        let books = try books(of: Set(page.changes.map(\.workspace)))
        guard !books.isEmpty else { return [:] }
        var asks: [Int: HandoffAsk] = [:]
        for (place, change) in page.changes.enumerated() {
            guard let book = books[change.workspace], book.listens(to: change.kind), let message = try message(of: change) else { continue }
            asks[place] = book.ask(for: message, at: change.at)
        }
        return asks
    }

    private func books(of workspaces: Set<WorkspaceID>) throws -> [WorkspaceID: RuleBook] {
        let rules = try database.read("rules") { connection in
            try workspaces.compactMap { workspace in try store.rules(of: workspace, connection).map { (workspace, $0) } }
        }
        return Dictionary(uniqueKeysWithValues: rules.map { ($0, RuleBook.kept($1)) })
    }

    /// nil when it is gone since.
    private func message(of change: ConversationChange) throws -> Message? {
        let read = ReadConversation(
            workspace: change.workspace, conversation: change.thread ?? change.conversation, limit: 1,
            before: MessageID(rawValue: change.message.rawValue + 1))
        switch conversations.call(read) {
        // Whose data is restricted gets no automation.
        case .ok(let conversation) where conversation.participant.restrictedAt != nil: return nil
        case .ok(let conversation): return conversation.messages.first { $0.id == change.message }
        case .refused(.unknownConversation, _): return nil
        case .fault(let fault): throw StoreIsAway(code: fault.code.rawValue)
        }
    }
}
