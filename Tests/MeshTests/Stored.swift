import ConversationStoreContracts
import Domain
import Policy
import TestKit
import Wire

/// Everything that conversation-store shows of one workspace.
struct Stored {
    var conversations: [Conversation] = []
    var messages: [ConversationID: [Message]] = [:]

    /// Reads page by page, as handoff-context does.
    init(of shop: Shop) throws {
        let client = try shop.mesh.client(to: .conversationStore, as: .handoffContext)
        defer { client.close() }
        var mark: ListConversations.PageMark?
        repeat {
            let page = try client.call(ListConversations(workspace: shop.workspace, limit: ListConversations.countMax, before: mark))
                .answer()
            conversations += page.conversations
            mark = page.conversations.last.map { ListConversations.PageMark(lastMessage: $0.lastMessage) }
        } while mark != nil
        for conversation in conversations { messages[conversation.id] = try Stored.all(of: conversation.id, shop.workspace, client) }
        // Erased since it was listed.
        conversations.removeAll { messages[$0.id] == nil }
    }

    private static func all(of conversation: ConversationID, _ workspace: WorkspaceID, _ client: some Transport) throws -> [Message]? {
        var messages: [Message] = []
        while true {
            let request = ReadConversation(
                workspace: workspace, conversation: conversation, limit: ReadConversation.countMax, before: messages.first?.id)
            let outcome = client.call(request)
            if case .refused(.unknownConversation, _) = outcome { return nil }
            let page = try outcome.answer()
            if page.messages.isEmpty { return messages }
            messages = page.messages + messages
        }
    }

    /// How often each text is there.
    var textCounts: [String: Int] {
        messages.values.joined().reduce(into: [:]) { counts, message in counts[message.text ?? "(\(message.type))", default: 0] += 1 }
    }

    /// In order of arrival.
    var texts: [String] { messages.values.joined().sorted { $0.id < $1.id }.map { $0.text ?? "(\($0.type))" } }

    func conversation(with person: Person) -> Conversation? {
        conversations.first { $0.participant.aliases.contains(person.alias) }
    }
}
