import ConversationStoreContracts
import Domain
import Glibc
import HandoffContextContracts
import IntakeContracts
import Net
import Policy
import Runtime
import SQLite
import TestKit
import Threads
import Wire

@testable import HandoffContextService

/// The service on a file of its own; intake and the conversation store are played.
final class HandoffFixture: Sendable {
    static let workspace = WorkspaceID(rawValue: "ws_one")
    static let roles: [Role] = [.owner, .admin, .manager, .agent, .analyst, .assistant]

    let process: ServiceProcess
    let store = PlayedStore()
    let database: Database
    private let folder: TemporaryFolder
    let accounts: PlayedAccounts
    let coordinator = PlayedCoordinator()
    private let handoff: Handoff
    private let opened: OpenService
    private let tokens: [Role: String]
    /// A second agent, and an agent of another workspace.
    let otherAgent, stranger: String

    init(
        summarisers: [String: SocketAddress] = [:], summaryMilliseconds: Int64 = HandoffConfiguration.summaryMillisecondsDefault,
        instructions: Instructions = Instructions()
    ) throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .handoffContext)
        let system = System.real()
        process = try ServiceProcess(
            service: .handoffContext, configuration: ServiceConfiguration(&environment), system: system,
            log: Log(service: "handoff-context", system: system) { _ in })
        database = process.database(migrations: HandoffContextMigrations.all)
        accounts = try PlayedAccounts(process)
        let workspace = HandoffFixture.workspace
        accounts.say(AccessFact(.workspaceOpened, workspace, instructions: instructions, at: system.clock.now))
        tokens = Dictionary(uniqueKeysWithValues: HandoffFixture.roles.map { [accounts] in ($0, accounts.member($0, of: workspace)) })
        let second = MemberID(rawValue: "mem_second")
        accounts.say(AccessFact(.memberSet, workspace, member: MemberRights(second, .agent, generation: 1), at: system.clock.now))
        otherAgent = accounts.token(second, generation: 1, milliseconds: 600_000)
        stranger = accounts.member(.agent, of: WorkspaceID(rawValue: "ws_other"))
        handoff = try Handoff(
            process, database,
            configuration: HandoffConfiguration(summarisers: summarisers, summaryMilliseconds: summaryMilliseconds),
            conversations: store.transport, accounts: accounts.transport,
            coordinator: coordinator.transport(for: .handoffContext))
        opened = try process.open(serving: HandoffContextCatalogue.methods, start: handoff.start)
        // The facts come over the feed.
        while case .fault = call(ReadQueue(workspace: workspace, limit: 1), as: .owner) { sched_yield() }
    }

    deinit { opened.close(stop: handoff.stop) }

    func call<R: Request>(_ request: R, as role: Role, timeoutMilliseconds: Int64 = 60_000) -> Outcome<R> {
        call(request, token: tokens[role] ?? "", timeoutMilliseconds: timeoutMilliseconds)
    }

    func call<R: Request>(_ request: R, token: String, timeoutMilliseconds: Int64 = 60_000) -> Outcome<R> {
        LocalTransport(process.router, as: .operator).call(request, CallOptions(timeoutMilliseconds: timeoutMilliseconds, actor: token))
    }

    func member(_ role: Role) -> MemberID { MemberID(rawValue: "mem_\(role.rawValue)_\(HandoffFixture.workspace.rawValue)") }
}

/// Plays the conversation store: has the conversations that a test put there, and nothing new to tell.
final class PlayedStore: @unchecked Sendable {  // `conversations`, `isDown` and `reads` are guarded by `lock`.
    private let lock = Lock()
    private let router = Router(service: "conversation-store")
    private var conversations: [ConversationID: ReadConversation.Response] = [:]
    private var isDown = false
    private var reads = 0

    init() {
        router.on(ReadConversation.self) { [unowned self] request, reply in
            if isAway { return reply.fault(.unavailable, "not now") }
            lock.withLock { reads += 1 }
            guard request.workspace == HandoffFixture.workspace, var conversation = lock.withLock({ conversations[request.conversation] })
            else { return reply.refuse(.unknownConversation, "no such conversation") }
            let older = conversation.messages.filter { message in request.before.map { message.id < $0 } ?? true }
            conversation.messages = older.suffix(Int(request.limit))
            reply.ok(conversation)
        }
        router.seal(serving: [])
    }

    var transport: any Transport { LocalTransport(router, as: .handoffContext) }

    /// A conversation with somebody of the same number; each text is a message of theirs.
    @discardableResult
    func put(_ number: Int64, _ texts: String...) -> ConversationID {
        var conversation = ReadConversation.Response()
        conversation.channel = ChannelID(rawValue: "ch_one")
        conversation.participant.id = ParticipantID(rawValue: number)
        conversation.participant.aliases = [PlayedStore.alias(number)]
        conversation.messages = texts.enumerated().map { index, text in
            var message = Message()
            message.id = MessageID(rawValue: number * 100 + Int64(index))
            message.type = "text"
            message.text = text
            return message
        }
        let id = ConversationID(rawValue: number)
        lock.withLock { conversations[id] = conversation }
        return id
    }

    func alter(_ id: ConversationID, _ change: (inout Message) -> Void) {
        lock.withLock {
            guard var conversation = conversations[id] else { return }
            for index in conversation.messages.indices { change(&conversation.messages[index]) }
            conversations[id] = conversation
        }
    }

    func restrict(_ id: ConversationID, at time: Timestamp?) {
        lock.withLock { conversations[id]?.participant.restrictedAt = time }
    }

    /// As while it is held.
    func remove(_ id: ConversationID) { lock.withLock { conversations[id] = nil } }

    var readCount: Int { lock.withLock { reads } }

    var isAway: Bool {
        get { lock.withLock { isDown } }
        set { lock.withLock { isDown = newValue } }
    }

    static func alias(_ number: Int64) -> Alias { Alias(.whatsapp, .phone, "4917000\(10_000 + number)") }
}
