import ConversationStoreContracts
import DeletionCoordinatorContracts
import Domain
import Erasure
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

@testable import ConversationStoreService

/// Support looks at conversations by the workspace's grant only, and each look is a disclosure.
@Suite final class SupportLookTests {
    private static let grantMilliseconds: Int64 = 30_000

    private let folder: TemporaryFolder
    private let clock = SetClock()
    private let coordinator = PlayedCoordinator()
    private let accounts: PlayedAccounts
    private let process: ServiceProcess
    private let database: Database
    private let service: ConversationStore
    private let support, owner: CallOptions
    private let granted = WorkspaceID(rawValue: "ws_shop")
    private let closed = WorkspaceID(rawValue: "ws_closed")

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .conversationStore)
        let real = System.real()
        process = try ServiceProcess(
            service: .conversationStore, configuration: ServiceConfiguration(&environment),
            system: System(clock: clock, scheduler: real.scheduler, random: real.random),
            log: Log(service: "conversation-store", system: real) { _ in })
        database = process.database(migrations: ConversationStoreMigrations.all)
        accounts = try PlayedAccounts(process)
        var instructions = Instructions()
        instructions.supportUntil = noon.adding(milliseconds: SupportLookTests.grantMilliseconds)
        accounts.say(AccessFact(.workspaceOpened, granted, instructions: instructions, at: noon))
        accounts.say(AccessFact(.workspaceOpened, closed, instructions: Instructions(), at: noon))
        support = CallOptions(actor: accounts.member(.support, of: nil))
        owner = CallOptions(actor: accounts.member(.owner, of: granted))
        service = try ConversationStore(
            process, database, accounts: accounts.transport, coordinator: coordinator.transport(for: .conversationStore))
        service.start()
        try #require(accounts.areTaken)
        try append("one", "two", "three")
    }

    deinit {
        service.stop()
        database.close()
    }
    private func append(_ texts: String...) throws {
        let events = texts.enumerated().map { message("wamid.\($0)", $1, at: noon.adding(seconds: Int64($0))) }
        _ = try call(
            AppendEvents(key: RequestKey("k"), workspace: granted, channel: line.id, account: line.account, events: events), as: .intake
        ).answer()
    }

    private func call<R: Request>(_ request: R, as peer: Peer, _ options: CallOptions = CallOptions()) -> Outcome<R> {
        LocalTransport(process.router, as: peer).call(request, options)
    }

    private func list(_ options: CallOptions, of workspace: WorkspaceID = shop) -> Outcome<ListConversations> {
        call(ListConversations(workspace: workspace, limit: 10), as: .operator, options)
    }

    private func read(_ options: CallOptions) throws -> Outcome<ReadConversation> {
        let conversation = try list(owner).answer().conversations[0].id
        return call(ReadConversation(workspace: granted, conversation: conversation, limit: 2), as: .operator, options)
    }

    /// All that the coordinator has heard of, and will hear.
    private func disclosures() -> [Disclosure] {
        service.stop()
        return coordinator.disclosures
    }

    // MARK: Names

    /// Instagram gives no name with a message: the person said it once, on a page that is not the one looked at.
    @Test func aNameThatAPersonGaveIsHiddenWhereverTheySayIt() throws {
        let person = ParticipantIdentity(igsid: "6290000000000007")
        let texts = ["Hola, me llamo José Needle.", "Soy JOSE, ¿tienen lámparas?", "Gracias de Needle"]
        let events = texts.enumerated().map { message("mid.\($0)", from: person, $1, at: noon.adding(seconds: Int64($0))) }
        let account = Account(.instagram, "17841400000000001")
        _ = try call(
            AppendEvents(
                key: RequestKey("i"), workspace: granted, channel: ChannelID(rawValue: "ch_insta"), account: account, events: events),
            as: .intake
        ).answer()
        func read(_ options: CallOptions) throws -> [String?] {
            let found = try list(owner).answer().conversations.first { $0.channel.rawValue == "ch_insta" }
            let request = ReadConversation(workspace: granted, conversation: try #require(found).id, limit: 2)
            return try call(request, as: .operator, options).answer().messages.map(\.text)
        }

        #expect(try read(support) == ["Soy •••, ¿tienen lámparas?", "Gracias de •••"])
        // Control: who may see contacts sees the names.
        #expect(try read(owner) == Array(texts[1...]))
    }

    // MARK: Looks

    @Test func eachLookIsOneDisclosureWithoutContent() throws {
        let shown = try read(support).answer()
        #expect(shown.messages.count == 2)
        #expect(try list(support).answer().conversations.count == 1)

        #expect(coordinator.wait(forTellings: 2))
        let looks = disclosures()
        let tag = ErasureDigester(peppers: try process.keys.peppers()).tag(.participant(shown.participant.id))
        #expect(looks.map(\.items) == [2, 1])
        #expect(looks.map(\.subject) == [tag, nil])
        for look in looks {
            #expect(look.recipient == Recipient(.support, "mem_support_none"))
            #expect(look.purpose == Purpose.supportCustomer.rawValue && look.workspace == granted && look.role == .support)
            #expect(look.categories == [.communication, .profile] && look.at == noon)
        }
        #expect(try database.read { try $0.first("SELECT count(*) FROM disclosure_outbox") { $0.int(0) } } == 0)
    }

    @Test func whatTheWorkspacesOwnPeopleReadIsNone() throws {
        #expect(try read(owner).answer().messages.count == 2)
        #expect(disclosures() == [])
    }

    @Test func withoutAGrantNothingIsShownAndNothingRecorded() throws {
        #expect(list(support, of: closed).faultCode == .forbidden)
        #expect(disclosures() == [])
    }

    @Test func aGrantThatIsOverOpensNothing() throws {
        clock.now = noon.adding(milliseconds: SupportLookTests.grantMilliseconds - 1)
        #expect(try read(support).answer().messages.count == 2)
        clock.now = noon.adding(milliseconds: SupportLookTests.grantMilliseconds)
        #expect(try read(support).faultCode == .forbidden)
        #expect(coordinator.wait(forTellings: 1))
        #expect(disclosures().count == 1)
    }

    @Test func aLookThatCannotBeRecordedIsNotShown() throws {
        try database.writer.write("break the outbox") {
            try $0.execute("CREATE TRIGGER broken BEFORE INSERT ON disclosure_outbox BEGIN SELECT RAISE(ABORT, 'broken'); END")
        }
        #expect(try read(support).faultCode == .unavailable)
        #expect(list(support).faultCode == .unavailable)
        // Control: what needs no record is shown.
        #expect(try read(owner).answer().messages.count == 2)
        #expect(disclosures() == [])
    }
}

extension Outcome {
    fileprivate var faultCode: Fault.Code? { if case .fault(let fault) = self { fault.code } else { nil } }
}
