import Access
import ConversationStoreContracts
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
    private let conversations: any Transport
    private let follower: ConversationFollower
    private let holder: Holder

    public init(_ process: ServiceProcess, _ database: Database) throws {
        self.process = process
        self.database = database
        store = HandoffContextStore(digester: ErasureDigester(peppers: process.peppers()))
        access = try AccessFollower(process, database)
        conversations = process.client(to: .conversationStore)
        follower = ConversationFollower(process, database, store, conversations)
        holder = Holder(process, database, store)
        process.router.on(ConfigureAssistant.self, configure)
        process.router.on(ReadContext.self, context)
    }

    public func start() {
        access.start()
        follower.start()
    }

    public func stop() {
        follower.stop()
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
        conversations.call(read, options) { outcome in
            switch outcome {
            case .ok(let conversation):
                let builder = ContextBuilder(audience: request.audience, tokenBudget: request.tokenBudget)
                reply.ok(builder.context(of: request.conversation, conversation, assistant: assistant))
            case .refused(.unknownConversation, _): reply.refuse(.unknownConversation, "no such conversation in this workspace")
            case .fault(let fault): reply.fault(fault.code, "conversation-store: \(fault.message)")
            }
        }
    }
}
