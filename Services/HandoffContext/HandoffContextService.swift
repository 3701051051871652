import Access
import ConversationStoreContracts
import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import HandoffContextContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import Wire

/// Gives assistants and people what they need to carry a conversation on.
public final class Handoff: Sendable {
    /// Messages that a context looks at.
    static let messagesMax: Int64 = 50

    static let terminated = "the workspace's agreement has ended"

    let process: ServiceProcess
    let database: Database
    let store: HandoffContextStore
    let leases: LeaseKeys
    let access: AccessFollower
    let disclosures: DisclosureOutbox
    let summarisers: Summarisers
    let summariesWritten, summariesMissed: Metrics.Counter
    private let conversations: any Transport
    private let accounts: any Transport
    private let follower: FeedFollower<ReadConversationFeed>
    private let patience: Patience
    private let holder: Holder

    public convenience init(_ process: ServiceProcess, _ configuration: HandoffConfiguration, _ database: Database) throws {
        try self.init(process, database, configuration: configuration, conversations: process.client(to: .conversationStore))
    }

    /// `conversations` leads to the conversation store, `accounts` to intake, `coordinator` to deletion-coordinator; a test answers there
    /// itself.
    init(
        _ process: ServiceProcess, _ database: Database, configuration: HandoffConfiguration = HandoffConfiguration(),
        conversations: any Transport, accounts: (any Transport)? = nil, coordinator: (any Transport)? = nil
    ) throws {
        self.process = process
        self.database = database
        let store = HandoffContextStore(
            digester: ErasureDigester(peppers: process.peppers()), clock: process.system.clock)
        self.store = store
        leases = LeaseKeys(process.leaseKeys())
        self.accounts = accounts ?? process.client(to: .intake)
        access = try AccessFollower(process, database, intake: accounts)
        disclosures = try DisclosureOutbox(process, database, to: coordinator)
        summarisers = Summarisers(process, configuration)
        summariesWritten = process.metrics.counter("summaries.written")
        summariesMissed = process.metrics.counter("summaries.missed")
        self.conversations = conversations
        let ruled = RuledChanges(database: database, store: store, conversations: conversations)
        patience = Patience(process, database, store, conversations)
        let (taken, keptOut) = (process.metrics.counter("changes.taken"), process.metrics.counter("changes.keptOut"))
        follower = FeedFollower(process, "conversations", of: .conversationStore, over: conversations) {
            try database.read("conversation cursor") { try store.cursor($0) }
        } take: { page in
            let asks = try ruled.asks(for: page)
            let out = try database.writer.write("take changes") { try store.take(page, asks, now: process.system.clock.now, $0) }
            taken.add(Int64(page.changes.count) - out)
            keptOut.add(out)
        }
        holder = Holder(process, database, store)
        registerAssistants()
        registerContexts()
        registerSessions()
        registerRules()
    }

    public func start() throws {
        try holder.start()
        access.start()
        disclosures.start()
        summarisers.start()
        follower.start()
        patience.start()
    }

    public func stop() {
        patience.stop()
        follower.stop()
        summarisers.stop()
        disclosures.stop()
        access.stop()
    }

    // MARK: What requests have in common

    /// Goes on once intake knows that no lease of an earlier turn counts any more. Where it can't be told now, such a lease is good until
    /// somebody answers under a later one, or until it ends, minutes later: nobody waits for intake to take a conversation over.
    func passTurn(_ session: Session, of conversation: ConversationID, in workspace: WorkspaceID, then: @escaping @Sendable () -> Void) {
        accounts.call(PassTurn(workspace: workspace, conversation: conversation, turn: session.turn)) { [self] outcome in
            if case .ok = outcome {} else { process.limitedLog.event("turnNotPassed", level: .warning) }
            then()
        }
    }

    func isKnown(_ workspace: WorkspaceID) -> Bool { access.facts.workspace(workspace) != nil }
    func isTerminated(_ workspace: WorkspaceID) -> Bool { access.facts.workspace(workspace)?.isTerminated == true }

    /// The last messages of a conversation, from the store; refuses or fails the request when there are none to be had.
    func readConversation<R: WorkspaceRequest>(
        _ request: R, _ conversation: ConversationID, limit: Int64, withFields: Bool? = nil, _ reply: Reply<R>,
        then: @escaping @Sendable (ReadConversation.Response) -> Void
    ) {
        let read = ReadConversation(workspace: request.workspace, conversation: conversation, limit: limit, fields: withFields)
        let options = CallOptions(timeoutMilliseconds: reply.caller.timeoutMilliseconds, trace: reply.caller.trace)
        conversations.call(read, options) { [self] outcome in
            switch outcome {
            // Whoever comments is answered in the conversation with them.
            case .ok(let conversation) where conversation.media != nil:
                refuse("unknownConversation", "comments under a medium are no conversation to be handed over", reply)
            case .ok(let conversation): then(conversation)
            case .refused(.unknownConversation, _): refuse("unknownConversation", "no such conversation in this workspace", reply)
            case .fault(let fault): pass(fault, on: reply)
            }
        }
    }

    /// A request that the domain refuses by throwing `Refused`, or a refusal of the session's.
    struct Refused<R: Request>: Error { let reason: R.Refusal }

    func write<R: Request, Value: Sendable>(
        _ operation: String, _ reply: Reply<R>, _ work: @escaping @Sendable (Connection) throws -> Value,
        then: @escaping @Sendable (Value) -> Void
    ) {
        let isQueued = database.writer.submit(operation, work) { [self] result in
            switch result {
            case .success(let value): then(value)
            case .failure(let error): if !answer(error, reply) { fail(error, reply) }
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    /// Answers what a write threw because the domain says no; false for anything else.
    func answer<R: Request>(_ error: any Error, _ reply: Reply<R>) -> Bool {
        switch error {
        case let refused as Refused<R>: reply.refuse(refused.reason, "\(R.contract.method) was refused: \(refused.reason.rawValue)")
        case let refusal as SessionRefusal: refuse(refusal.rawValue, refusal.message, reply)
        default: return false
        }
        return true
    }

    func fail<R: Request>(_ error: any Error, _ reply: Reply<R>) {
        process.log.event("requestFailed", level: .error, ("method", .safe(R.contract.method)), ("error", .safe("\(error)")))
        reply.fault(.unavailable, "handoff-context could not finish \(R.contract.method): try again")
    }

    /// A reason that several requests have in common.
    private func refuse<R: Request>(_ reason: String, _ message: String, _ reply: Reply<R>) {
        guard let reason = R.Refusal(rawValue: reason) else { preconditionFailure("\(R.contract.method) is never refused as \(reason)") }
        reply.refuse(reason, message)
    }

    /// What heals by itself goes through, so that the caller may come again. Anything else is between us and the store: "forbidden" would
    /// tell the caller that they did wrong.
    private func pass<R: Request>(_ fault: Fault, on reply: Reply<R>) {
        switch fault.code {
        case .deadlineExceeded, .overloaded, .unavailable: reply.fault(fault.code, "conversation-store: \(fault.message)")
        case .internal, .malformed, .tooLarge, .unauthenticated, .forbidden, .purposeForbidden, .unknownMethod:
            process.log.event(
                "storeFailed", level: .error, ("method", .safe(R.contract.method)), ("code", .safe(fault.code.rawValue)))
            reply.fault(.internal, "conversation-store did not take our request: see the log of handoff-context")
        }
    }
}
