import ConversationStoreContracts
import Domain
import Policy
import Runtime
import Wire

extension ConversationStore {
    func search(_ request: SearchConversations, _ reply: Reply<SearchConversations>) {
        let query = SearchQuery(request.query)
        guard !query.isEmpty else { return reply.refuse(.nothingToFind, "the query holds no word") }
        let isMasked = reply.caller.actor?.role == .support || hidesContacts(reply.caller, request.workspace)
        do {
            let response = try database.read("search conversations") { connection in
                try store.search(request, query, connection) { text, participant in
                    isMasked ? ContactMask.masked(text, of: participant) : text
                }
            }
            show(response, reply, of: request.workspace, items: response.messages.count)
        } catch {
            fail(error, reply)
        }
    }
}
