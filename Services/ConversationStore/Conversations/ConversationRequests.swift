import ConversationStoreContracts
import Domain
import Wire

extension ConversationStore {
    func update(_ request: UpdateConversation, _ reply: Reply<UpdateConversation>) {
        if request.assignee != nil && request.unassigned == true {
            return reply.fault(.malformed, "assignee: a conversation is somebody's or nobody's")
        }
        if let assignee = request.assignee, access.facts.member(assignee)?.workspace != request.workspace {
            return reply.refuse(.unknownMember, "the workspace has no such member")
        }
        let now = store.clock.now
        write("update conversation", reply) { [store] connection in
            try store.update(request, at: now, connection)
        } then: { response in
            guard let response else { return reply.refuse(.unknownConversation, "the workspace has no such conversation") }
            reply.ok(response)
        }
    }
}
