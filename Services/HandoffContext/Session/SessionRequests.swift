import Access
import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Policy
import SQLite
import Wire

/// Requests about who carries a conversation on.
extension Handoff {
    func registerSessions() {
        process.router.on(RequestHandoff.self, requestHandoff)
        process.router.on(ReadQueue.self, readQueue)
        process.router.on(AcceptHandoff.self, accept)
        process.router.on(ReleaseHandoff.self, release)
        process.router.on(ResolveHandoff.self, resolve)
    }

    private func requestHandoff(_ request: RequestHandoff, _ reply: Reply<RequestHandoff>) {
        guard !isTerminated(request.workspace) else { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        let now = process.system.clock.now
        let asker: HandoffAsker =
            request.reason == .personAsked ? .person : reply.caller.actor?.role == .assistant ? .assistant : .agent
        let ask = HandoffAsk(asker: asker, reason: request.reason, priority: request.priority, since: now)
        readConversation(request, request.conversation, limit: 1, reply) { [self] conversation in
            let place = SessionPlace(request, request.conversation, conversation)
            write("request handoff", reply) { [store] connection in
                guard try store.open(place, now: now, connection) else { throw Refused<RequestHandoff>(reason: .unknownConversation) }
                let book = try store.rules(of: place.workspace, connection).map(RuleBook.kept)
                if request.reason == .lowConfidence, let confidence = request.confidence, book?.isSureEnough(confidence) == true {
                    return try store.session(place.conversation, now: now, connection) ?? Session()
                }
                let counting = ask.waiting(since: book?.opening(from: now) ?? now)
                return try store.act(.asked(counting), on: place.conversation, now: now, connection)
            } then: {
                reply.ok(RequestHandoff.Response(state: $0.state.word, ask: $0.state.ask))
            }
        }
    }

    private func readQueue(_ request: ReadQueue, _ reply: Reply<ReadQueue>) {
        let now = process.system.clock.now
        do { reply.ok(try database.read("queue") { try store.queue(request, now: now, $0) }) } catch { fail(error, reply) }
    }

    private func accept(_ request: AcceptHandoff, _ reply: Reply<AcceptHandoff>) {
        guard !isTerminated(request.workspace) else { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        guard let taker = Taker(reply.caller.actor) else { return reply.fault(.forbidden, "a conversation is accepted by a person") }
        let now = process.system.clock.now
        let until = now.adding(milliseconds: Lease.personMilliseconds)
        // The lease is good for whom the conversation is with, and names only the store knows.
        readConversation(request, request.conversation, limit: 1, reply) { [self] conversation in
            let place = SessionPlace(request, request.conversation, conversation)
            write("accept handoff", reply) { [store] connection in
                guard try store.open(place, now: now, connection) else { throw Refused<AcceptHandoff>(reason: .unknownConversation) }
                return try store.act(.accepted(by: taker, until: until), on: place.conversation, now: now, connection)
            } then: { [self] session in
                guard case .human(let hold, let ask) = session.state else { preconditionFailure("who accepts holds the conversation") }
                let lease = Lease(
                    workspace: place.workspace, conversation: place.conversation, channel: conversation.channel, holder: .person,
                    member: hold.member, turn: session.turn, expiresAt: hold.until)
                let text = leases.sign(lease, for: conversation.participant.aliases)
                passTurn(session, of: place.conversation, in: place.workspace) {
                    reply.ok(AcceptHandoff.Response(lease: GivenLease(text: text, expiresAt: hold.until), ask: ask))
                }
            }
        }
    }

    private func release(_ request: ReleaseHandoff, _ reply: Reply<ReleaseHandoff>) {
        guard !isTerminated(request.workspace) else { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        guard let taker = Taker(reply.caller.actor) else { return reply.refuse(.notHolder, "only a person holds a conversation") }
        let now = process.system.clock.now
        write("release handoff", reply) { [store] connection in
            guard try store.isKnown(request.conversation, in: request.workspace, connection) else {
                throw Refused<ReleaseHandoff>(reason: .unknownConversation)
            }
            let session = try store.act(.released(by: taker), on: request.conversation, now: now, connection)
            try store.restartPatience(request.conversation, now: now, connection)
            return session
        } then: { [self] session in
            passTurn(session, of: request.conversation, in: request.workspace) { reply.ok(Empty()) }
        }
    }

    private func resolve(_ request: ResolveHandoff, _ reply: Reply<ResolveHandoff>) {
        guard !isTerminated(request.workspace) else { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        guard let taker = Taker(reply.caller.actor) else { return reply.refuse(.notHolder, "only a person holds a conversation") }
        let now = process.system.clock.now
        write("resolve handoff", reply) { [store] connection in
            guard try store.isKnown(request.conversation, in: request.workspace, connection) else {
                throw Refused<ResolveHandoff>(reason: .unknownConversation)
            }
            return try store.act(.resolved(by: taker, at: now), on: request.conversation, now: now, connection)
        } then: { [self] session in
            passTurn(session, of: request.conversation, in: request.workspace) { reply.ok(Empty()) }
        }
    }
}

extension SessionPlace {
    init(_ request: some WorkspaceRequest, _ id: ConversationID, _ conversation: ReadConversation.Response) {
        self.init(conversation: id, workspace: request.workspace, participant: conversation.participant.id)
    }
}

extension Taker {
    /// nil for who is no person of the workspace.
    init?(_ actor: Actor?) {
        guard let actor else { return nil }
        switch actor.role {
        case .owner, .admin, .manager: self.init(member: MemberID(rawValue: actor.member), mayTakeOver: true)
        case .agent: self.init(member: MemberID(rawValue: actor.member), mayTakeOver: false)
        case .analyst, .assistant, .operator, .support, .privacyOfficer, .auditor: return nil
        }
    }
}
