import ConversationStoreContracts
import Domain
import Policy
import Runtime
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

    func markRead(_ request: MarkConversationRead, _ reply: Reply<MarkConversationRead>) {
        guard let member = Self.member(of: reply.caller, in: request.workspace) else {
            return reply.fault(.forbidden, "a conversation is read by one of the workspace's people")
        }
        write("mark read", reply) { [store] connection in
            try store.markRead(request, by: member, connection)
        } then: { unread in
            guard let unread else { return reply.refuse(.unknownConversation, "the workspace has no such conversation") }
            reply.ok(MarkConversationRead.Response(unread: unread))
        }
    }

    /// Who of the workspace's people asks; nil for a program, and for Botseller's own people.
    static func member(of caller: Caller, in workspace: WorkspaceID) -> MemberID? {
        guard let actor = caller.actor else { return nil }
        switch actor.role {
        case .owner, .admin, .manager, .agent, .analyst: return MemberID(rawValue: actor.member)
        case .assistant, .operator, .support, .privacyOfficer, .auditor: return nil
        }
    }
}
