import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Erasure
import HandoffContextContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

@testable import HandoffContextService

/// What an assistant is given is a disclosure; what a workspace's own people see is none.
@Suite final class AssistantDisclosureTests {
    private let folder: TemporaryFolder
    private let coordinator = PlayedCoordinator()
    private let accounts: PlayedAccounts
    private let process: ServiceProcess
    private let database: Database
    private let service: Handoff
    private let assistant, agent: CallOptions
    private let workspace = WorkspaceID(rawValue: "ws")

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .handoffContext)
        process = try ServiceProcess(
            service: .handoffContext, configuration: ServiceConfiguration(&environment), system: System.real(),
            log: Log(service: "handoff-context", system: System.real()) { _ in })
        database = process.database(migrations: HandoffContextMigrations.all)
        accounts = try PlayedAccounts(process)
        assistant = CallOptions(actor: accounts.member(.assistant, of: workspace))
        agent = CallOptions(actor: accounts.member(.agent, of: workspace))
        service = try Handoff(
            process, database, conversations: AssistantDisclosureTests.conversations(), accounts: accounts.transport,
            coordinator: coordinator.transport(for: .handoffContext))
        try service.start()
        try #require(accounts.areTaken)
    }

    deinit {
        service.stop()
        database.close()
    }

    /// A store with one conversation of three messages, and nothing new.
    private static func conversations() -> any Transport {
        let router = Router(service: "conversation-store")
        router.on(ReadConversation.self) { _, reply in
            var conversation = ReadConversation.Response()
            conversation.channel = ChannelID(rawValue: "ch")
            conversation.participant.id = ParticipantID(rawValue: 7)
            conversation.messages = (1...3).map { number in
                var message = Message()
                message.id = MessageID(rawValue: Int64(number))
                message.type = "text"
                message.text = "Is it in stock?"
                return message
            }
            reply.ok(conversation)
        }
        router.on(ReadConversationFeed.self) { _, reply in reply.fault(.unavailable, "nothing new") }
        router.seal(serving: [])
        return LocalTransport(router, as: .handoffContext)
    }

    private func context(for audience: ReadContext.Audience, _ options: CallOptions) -> Outcome<ReadContext> {
        let request = ReadContext(workspace: workspace, conversation: ConversationID(rawValue: 1), audience: audience, tokenBudget: 1000)
        return LocalTransport(process.router, as: .operator).call(request, options)
    }

    private func disclosures() -> [Disclosure] {
        service.stop()
        return coordinator.disclosures
    }

    @Test func aContextForAnAssistantIsOneDisclosureWithoutContent() throws {
        #expect(try context(for: .assistant, assistant).answer().lines.count == 3)
        #expect(coordinator.wait(forTellings: 1))
        let found = disclosures()
        try #require(found.count == 1)
        #expect(found[0].recipient == Recipient(.assistant, "mem_assistant_ws"))
        #expect(found[0].categories == [.communication, .profile, .workspaceConfiguration] && found[0].items == 3)
        #expect(found[0].purpose == Purpose.provideService.rawValue && found[0].workspace == workspace && found[0].role == .assistant)
        let digester = ErasureDigester(peppers: try process.keys.peppers())
        #expect(found[0].subject == digester.tag(.participant(ParticipantID(rawValue: 7))))
    }

    @Test func anAssistantThatAsksAsAPersonIsStillOne() throws {
        #expect(try context(for: .human, assistant).answer().lines.count == 3)
        #expect(coordinator.wait(forTellings: 1))
        #expect(disclosures().count == 1)
    }

    @Test func whatAnAgentSeesIsNoDisclosure() throws {
        #expect(try context(for: .human, agent).answer().lines.count == 3)
        #expect(disclosures() == [])
    }

    @Test func aContextThatCannotBeRecordedIsNotGiven() throws {
        try database.writer.write("break the outbox") {
            try $0.execute("CREATE TRIGGER broken BEFORE INSERT ON disclosure_outbox BEGIN SELECT RAISE(ABORT, 'broken'); END")
        }
        guard case .fault(let fault) = context(for: .assistant, assistant) else {
            Issue.record("it was given")
            return
        }
        #expect(fault.code == .unavailable)
        #expect(try context(for: .human, agent).answer().lines.count == 3)
        #expect(disclosures() == [])
    }

    /// While the coordinator is down nothing else is written.
    @Test func aContextWaitsForOneCommitAndNoMore() throws {
        coordinator.be(.down)
        let before = database.writer.statistics.batches
        for _ in 0..<20 { _ = try context(for: .assistant, assistant).answer() }
        #expect(database.writer.statistics.batches - before == 20)
    }
}
