import Access
import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Erasure
import HandoffContextContracts
import Policy
import SQLite
import Wire

/// Requests for a context.
extension Handoff {
    /// What a summary may take of the caller's time leaves so much for the rest.
    private static let restMilliseconds: Int64 = 1000

    func registerContexts() { process.router.on(ReadContext.self, context) }

    /// Asks the store for the messages and builds the context when they come; where the workspace plugged in a language model, and not all
    /// that was said fits, the model is asked in between, and the messages once more: it may take seconds. No thread waits meanwhile.
    private func context(_ request: ReadContext, _ reply: Reply<ReadContext>) {
        if isTerminated(request.workspace) { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        build(request, nil, reply) { [self] built in
            guard let summariser = built.kept.summariser, built.context.omitted > 0, built.context.summary != nil,
                let question = modelEyes(request, reply.caller).question(about: built.conversation)
            else { return hand(built, reply) }
            ask(question, summariser, built, reply) { [self] written in build(request, written, reply) { [self] in hand($0, reply) } }
        }
    }

    /// What is kept here about a context's conversation.
    private struct Kept {
        let assistant: Assistant?
        let summariser: Summariser?
        let session: Session
    }

    private struct Built {
        let context: HandoffContext
        let conversation: ReadConversation.Response
        let kept: Kept
        let audience: ReadContext.Audience
        let place: SessionPlace
    }

    private func build(
        _ request: ReadContext, _ written: WrittenSummary?, _ reply: Reply<ReadContext>, then: @escaping @Sendable (Built) -> Void
    ) {
        readConversation(request, request.conversation, limit: Handoff.messagesMax, withFields: true, reply) { [self] conversation in
            guard conversation.participant.restrictedAt == nil else {
                return reply.refuse(.participantRestricted, "the person's data is stored and nothing else, until the restriction is lifted")
            }
            let now = process.system.clock.now
            let kept: Kept
            do {
                kept = try database.read("context") { connection in
                    Kept(
                        assistant: try store.assistant(of: request.workspace, connection),
                        summariser: try store.summariser(of: request.workspace, connection),
                        session: try store.session(request.conversation, now: now, connection) ?? Session())
                }
            } catch { return fail(error, reply) }
            let builder = builder(for: request, reply.caller)
            guard var context = builder.context(of: request.conversation, conversation, assistant: kept.assistant, written: written) else {
                return reply.refuse(
                    .budgetTooSmall, "the assistant's configuration alone takes more tokens: ask for more, or shorten its prompt")
            }
            context.state = kept.session.state.word
            context.ask = kept.session.state.ask
            if builder.audience == .assistant {
                context.lease = lease(for: reply.caller.actor, request, conversation, turn: kept.session.turn, now: now)
            }
            then(
                Built(
                    context: context, conversation: conversation, kept: kept, audience: builder.audience,
                    place: SessionPlace(request, request.conversation, conversation)))
        }
    }

    private func lease(
        for actor: Actor?, _ request: ReadContext, _ conversation: ReadConversation.Response, turn: Int64, now: Timestamp
    ) -> GivenLease? {
        guard let actor else { return nil }
        let lease = Lease(
            workspace: request.workspace, conversation: request.conversation, channel: conversation.channel, holder: .assistant,
            member: MemberID(rawValue: actor.member), turn: turn, expiresAt: now.adding(milliseconds: Lease.assistantMilliseconds))
        return GivenLease(text: leases.sign(lease, for: conversation.participant.aliases), expiresAt: lease.expiresAt)
    }

    // MARK: The model

    /// What a model gets leaves the mesh: it is on record, for good, before it goes out. Whatever goes wrong, `then` gets no summary, and
    /// the context has the extractive one.
    private func ask(
        _ question: SummaryQuestion, _ summariser: Summariser, _ built: Built, _ reply: Reply<ReadContext>,
        then: @escaping @Sendable (WrittenSummary?) -> Void
    ) {
        let timeout = reply.caller.timeoutMilliseconds - Handoff.restMilliseconds
        guard timeout > 0, summarisers.knows(summariser.host) else { return miss("notAsked", then) }
        let (now, actor, place) = (process.system.clock.now, reply.caller.actor, built.place)
        let disclosure = Disclosure(
            to: Recipient(.subprocessor, summariser.host), [.communication], items: Int64(question.shown.count),
            for: ReadContext.contract.purpose, of: place.workspace, about: store.digester.tag(.participant(place.participant)),
            role: actor?.role, at: now)
        disclosures.record(disclosure) { [store] connection in
            try store.admit(built.audience, to: place, now: now, connection)
        } completion: { [self] result in
            guard case .success = result else { return miss("notRecorded", then) }
            summarisers.ask(question, of: summariser, timeoutMilliseconds: timeout) { [self] result in
                switch result {
                case .success(let lines):
                    summariesWritten.add()
                    then(WrittenSummary(sources: question.sources, lines: lines))
                case .failure(let failure): miss(failure.reason, then)
                }
            }
        }
    }

    private func miss(_ reason: String, _ then: (WrittenSummary?) -> Void) {
        summariesMissed.add()
        process.limitedLog.event("summaryMissed", ("reason", .safe(reason)))
        then(nil)
    }

    // MARK: Giving

    /// What is given is kept as references. What an assistant gets leaves the customer's and our hands: it is on record before it goes out.
    private func hand(_ built: Built, _ reply: Reply<ReadContext>) {
        let (context, place, now) = (built.context, built.place, process.system.clock.now)
        let give: @Sendable (Connection) throws -> Void = { [store] connection in
            try store.give(context, to: built.audience, of: place, now: now, connection)
        }
        switch built.audience {
        case .human: write("give context", reply, give) { reply.ok(context) }
        case .assistant:
            let actor = reply.caller.actor
            let disclosure = Disclosure(
                to: Recipient(.assistant, actor?.member ?? reply.caller.peer.name), ReadContext.contract.reads,
                items: Int64(context.lines.count), for: ReadContext.contract.purpose, of: place.workspace,
                about: store.digester.tag(.participant(place.participant)), role: actor?.role, at: now)
            disclosures.disclose(disclosure, reply, with: give) { [self] in
                answer($0, reply)
            } then: {
                reply.ok(context)
            }
        }
    }

    private func builder(for request: ReadContext, _ caller: Caller) -> ContextBuilder {
        // An assistant that asks as if it were a person is answered as an assistant.
        let isForAssistant = request.audience == .assistant || caller.actor?.role == .assistant
        return builder(for: isForAssistant ? .assistant : .human, request, caller)
    }

    /// A model sees what the assistant would, whoever asks.
    private func modelEyes(_ request: ReadContext, _ caller: Caller) -> ContextBuilder { builder(for: .assistant, request, caller) }

    private func builder(for audience: ReadContext.Audience, _ request: ReadContext, _ caller: Caller) -> ContextBuilder {
        let seesIdentifiers = access.facts.workspace(request.workspace)?.instructions.assistantSeesIdentifiers == true
        let hidesContacts = access.facts.hidesContacts(from: caller.actor, in: request.workspace)
        return ContextBuilder(
            audience: audience, masksTexts: hidesContacts || (audience == .assistant && !seesIdentifiers), masksContacts: hidesContacts,
            tokenBudget: request.tokenBudget)
    }
}
