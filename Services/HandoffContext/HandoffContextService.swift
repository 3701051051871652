import Access
import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import HandoffContextContracts
import Runtime
import SQLite
import Wire

/// Gives assistants and people what they need to carry a conversation on.
public final class Handoff: Sendable {
    /// Messages that a context looks at.
    static let messagesMax: Int64 = 50

    private let process: ServiceProcess
    private let database: Database
    private let store: HandoffContextStore
    private let access: AccessFollower
    private let disclosures: DisclosureOutbox
    private let digester: ErasureDigester
    private let conversations: any Transport
    private let follower: FeedFollower<ReadConversationFeed>
    private let holder: Holder

    public convenience init(_ process: ServiceProcess, _ database: Database) throws {
        try self.init(process, database, conversations: process.client(to: .conversationStore))
    }

    /// `conversations` leads to the conversation store, `accounts` to intake, `coordinator` to deletion-coordinator; a test answers there
    /// itself.
    init(
        _ process: ServiceProcess, _ database: Database, conversations: any Transport, accounts: (any Transport)? = nil,
        coordinator: (any Transport)? = nil
    ) throws {
        self.process = process
        self.database = database
        digester = ErasureDigester(peppers: process.peppers())
        let store = HandoffContextStore(digester: digester)
        self.store = store
        access = try AccessFollower(process, database, intake: accounts)
        disclosures = try DisclosureOutbox(process, database, to: coordinator)
        self.conversations = conversations
        let (taken, keptOut) = (process.metrics.counter("changes.taken"), process.metrics.counter("changes.keptOut"))
        follower = FeedFollower(process, "conversations", of: .conversationStore, over: conversations) {
            try database.read("conversation cursor") { try store.cursor($0) }
        } take: { page in
            let out = try database.writer.write("take changes") { try store.take(page, $0) }
            taken.add(Int64(page.changes.count) - out)
            keptOut.add(out)
        }
        holder = Holder(process, database, store)
        process.router.on(ConfigureAssistant.self, configure)
        process.router.on(ReadContext.self, context)
    }

    public func start() {
        access.start()
        disclosures.start()
        follower.start()
    }

    public func stop() {
        follower.stop()
        disclosures.stop()
        access.stop()
    }

    private func configure(_ request: ConfigureAssistant, _ reply: Reply<ConfigureAssistant>) {
        guard let workspace = access.facts.workspace(request.workspace) else {
            return reply.refuse(.unknownWorkspace, "open it with workspaces.open first")
        }
        if workspace.isTerminated { return reply.refuse(.workspaceTerminated, "the workspace's agreement has ended") }
        let (store, now, log) = (store, process.system.clock.now, process.log)
        let isQueued = database.writer.submit("configure assistant") { connection in
            try store.configure(request.assistant, of: request.workspace, now: now, connection)
        } completion: { result in
            switch result {
            case .success: reply.ok(Empty())
            case .failure(let error):
                log.event("configureFailed", level: .error, ("error", .safe("\(error)")))
                reply.fault(.unavailable, "not stored: try again")
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    /// Reads what is ours here, asks the store for the messages, and answers when they come: nothing waits in between.
    private func context(_ request: ReadContext, _ reply: Reply<ReadContext>) {
        if access.facts.workspace(request.workspace)?.isTerminated == true {
            return reply.refuse(.workspaceTerminated, "the workspace's agreement has ended")
        }
        let assistant: Assistant?
        do { assistant = try database.read("assistant") { try store.assistant(of: request.workspace, $0) } } catch {
            process.log.event("contextFailed", level: .error, ("error", .safe("\(error)")))
            return reply.fault(.unavailable, "the assistant's configuration could not be read: try again")
        }
        let read = ReadConversation(
            workspace: request.workspace, conversation: request.conversation, limit: Handoff.messagesMax)
        let options = CallOptions(timeoutMilliseconds: reply.caller.timeoutMilliseconds, trace: reply.caller.trace)
        conversations.call(read, options) { [self] outcome in
            switch outcome {
            case .ok(let conversation):
                let builder = builder(for: request, reply.caller)
                hand(builder.context(of: request.conversation, conversation, assistant: assistant), to: builder.audience, request, reply)
            case .refused(.unknownConversation, _): reply.refuse(.unknownConversation, "no such conversation in this workspace")
            case .fault(let fault): pass(fault, on: reply)
            }
        }
    }

    /// Answers. What an assistant gets leaves the customer's and our hands: it is on record before it goes out.
    private func hand(_ context: HandoffContext, to audience: ReadContext.Audience, _ request: ReadContext, _ reply: Reply<ReadContext>) {
        switch audience {
        case .human: reply.ok(context)
        case .assistant:
            let actor = reply.caller.actor
            let disclosure = Disclosure(
                to: Recipient(.assistant, actor?.member ?? reply.caller.peer.name), ReadContext.contract.reads,
                items: Int64(context.lines.count), for: ReadContext.contract.purpose, of: request.workspace,
                about: digester.tag(.participant(context.participant.id)), role: actor?.role, at: process.system.clock.now)
            disclosures.disclose(disclosure, reply) { reply.ok(context) }
        }
    }

    private func builder(for request: ReadContext, _ caller: Caller) -> ContextBuilder {
        // An assistant that asks as if it were a person is answered as an assistant.
        let isForAssistant = request.audience == .assistant || caller.actor?.role == .assistant
        let seesIdentifiers = access.facts.workspace(request.workspace)?.instructions.assistantSeesIdentifiers == true
        let hidesContacts = access.facts.hidesContacts(from: caller.actor, in: request.workspace)
        return ContextBuilder(
            audience: isForAssistant ? .assistant : .human, masksTexts: hidesContacts || (isForAssistant && !seesIdentifiers),
            masksContacts: hidesContacts,
            tokenBudget: request.tokenBudget)
    }

    /// What heals by itself goes through, so that the caller may come again. Anything else is between us and the store: "forbidden" would
    /// tell the caller that they did wrong.
    private func pass(_ fault: Fault, on reply: Reply<ReadContext>) {
        switch fault.code {
        case .deadlineExceeded, .overloaded, .unavailable: reply.fault(fault.code, "conversation-store: \(fault.message)")
        case .internal, .malformed, .tooLarge, .unauthenticated, .forbidden, .purposeForbidden, .unknownMethod:
            process.log.event("contextFailed", level: .error, ("code", .safe(fault.code.rawValue)))
            reply.fault(.internal, "conversation-store did not take our request: see the log of handoff-context")
        }
    }
}
