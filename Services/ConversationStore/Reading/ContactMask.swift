import ConversationStoreContracts
import Domain

/// Hides how a person is called and reached from a role that may see a conversation but not contact data: name, phone, username, what of
/// that kind stands in a text, and the raw events, which hold it all.
enum ContactMask {
    static func masked(_ participant: Participant) -> Participant {
        var masked = participant
        masked.name = participant.name.map { _ in IdentifierMask.mask }
        masked.aliases.removeAll { $0.kind == .phone || $0.kind == .username }
        return masked
    }

    static func masked(_ response: ListConversations.Response) -> ListConversations.Response {
        var response = response
        for index in response.conversations.indices {
            response.conversations[index].participant = masked(response.conversations[index].participant)
        }
        return response
    }

    static func masked(_ response: ReadConversation.Response) -> ReadConversation.Response {
        var response = response
        response.participant = masked(response.participant)
        for index in response.messages.indices {
            response.messages[index].text = response.messages[index].text.map(IdentifierMask.masked)
            response.messages[index].details = nil
            response.messages[index].delivery = nil
            response.messages[index].raw = nil
        }
        return response
    }
}
