import ConversationStoreContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

@testable import ConversationStoreService

/// What a workspace says of its participants.
@Suite struct ParticipantTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func id(_ person: ParticipantIdentity, in workspace: WorkspaceID = shop) throws -> ParticipantID {
        try #require(try store.list(workspace).first { $0.participant.name == person.name }).participant.id
    }

    private func both() throws -> (ada: ParticipantID, ben: ParticipantID) {
        try store.append(message("m1"), message("b1", from: ben))
        return (try id(ada), try id(ben))
    }

    private func read(_ participant: ParticipantID, in workspace: WorkspaceID = shop) throws -> ReadParticipant.Response? {
        try store.database.read { try store.service.store.read(ReadParticipant(workspace: workspace, participant: participant), $0) }
    }

    private func write<Value: Sendable>(
        _ work: @escaping @Sendable (ConversationStoreStore, Connection) throws -> Value
    ) throws -> Value {
        try store.database.writer.write("test") { [store = store.service.store] in try work(store, $0) }
    }

    @discardableResult
    private func link(
        _ one: ParticipantID, _ other: ParticipantID, _ kind: LinkEvidence.Kind, by member: String = "mem_1"
    ) throws -> LinkParticipants.Refusal? {
        let request = LinkParticipants(workspace: shop, participant: one, other: other, evidence: LinkEvidence(kind, source: "ticket 7"))
        return try write { try $0.link(request, by: MemberID(rawValue: member), at: noon, $1) }
    }

    private func unlink(_ one: ParticipantID, _ other: ParticipantID, mayProve: Bool = true) throws -> UnlinkParticipants.Refusal? {
        let request = UnlinkParticipants(workspace: shop, participant: one, other: other)
        return try write { try $0.unlink(request, mayProve: mayProve, $1) }
    }

    private func set(_ participant: ParticipantID, _ fields: ParticipantField...) throws -> SetParticipantFields.Refusal? {
        let request = SetParticipantFields(workspace: shop, participant: participant, fields: fields)
        return try write { try $0.set(request, at: noon, $1) }
    }

    // MARK: Links

    @Test func aLinkSaysHowItIsKnownByWhomAndWhenOnBothSides() throws {
        let (ada, ben) = try both()
        #expect(try link(ben, ada, .statement) == nil)

        for (one, other) in [(ada, ben), (ben, ada)] {
            let links = try #require(try read(one)).links
            #expect(links.map(\.other) == [other] && links.map(\.evidence) == [LinkEvidence(.statement, source: "ticket 7")])
            #expect(links.map(\.member) == [MemberID(rawValue: "mem_1")] && links.map(\.at) == [noon])
        }
        #expect(try unlink(ada, ben) == nil)
        #expect(try read(ben)?.links == [])
        #expect(try unlink(ada, ben) == .unknownLink)
    }

    @Test(arguments: LinkEvidence.Kind.allCases) func onlyAProvenLinkWidensAnErasure(kind: LinkEvidence.Kind) throws {
        let (ada, ben) = try both()
        try link(ada, ben, kind)

        let receipt = try store.erase(adasPhone)

        #expect(receipt.rows["participants"] == (kind.proves ? 2 : 1) && receipt.rows["links"] == 1)
        #expect(try store.list().map(\.participant.id) == (kind.proves ? [] : [ben]))
    }

    @Test func whatIsProvedOnlyWhoMayProveTakesBack() throws {
        let (ada, ben) = try both()
        try link(ada, ben, .code)

        #expect(try unlink(ada, ben, mayProve: false) == .proofNotAllowed)
        #expect(try unlink(ada, ben) == nil)
        try store.erase(adasPhone)
        #expect(try store.list().map(\.participant.id) == [ben])
    }

    @Test func noLinkToAnotherWorkspacesPerson() throws {
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        try store.append([message("m1")], on: elsewhere)
        let (ada, _) = try both()
        let stranger = try #require(try store.list(elsewhere.workspace).first).participant.id

        #expect(try link(ada, stranger, .statement) == .unknownParticipant)
        #expect(try read(stranger) == nil)
        #expect(try set(stranger, ParticipantField("a", flag: true)) == .unknownParticipant)
    }

    @Test func aLinkOutlivesTheMemberWhoSaidIt() throws {
        let (ada, ben) = try both()
        try link(ada, ben, .statement, by: "mem_gone")
        let subject = Subject(workspace: shop, members: [MemberID(rawValue: "mem_gone")])
        #expect(try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).rows["links"] == 1)

        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 7), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["links"] == 1 && receipt.rows["participants"] == 0)
        #expect(try read(ada)?.links.map(\.member) == [nil])
        #expect(try !store.filesHold("mem_gone"))
    }

    // MARK: Fields

    @Test func fieldsAreSetReplacedAndRemovedOneByOne() throws {
        let (ada, _) = try both()
        #expect(
            try set(
                ada, ParticipantField("tier", text: "gold"), ParticipantField("orders", number: -3), ParticipantField("vip", flag: false),
                ParticipantField("since", time: noon)) == nil)
        #expect(try set(ada, ParticipantField("tier", number: 7), ParticipantField("vip")) == nil)

        #expect(
            try read(ada)?.fields
                == [ParticipantField("orders", number: -3), ParticipantField("since", time: noon), ParticipantField("tier", number: 7)])
    }

    @Test func moreFieldsThanAParticipantHasAreRefusedAndChangeNothing() throws {
        let (ada, _) = try both()
        let request = SetParticipantFields(
            workspace: shop, participant: ada, fields: (1...SetParticipantFields.countMax).map { ParticipantField("f\($0)", flag: true) })
        #expect(try write { try $0.set(request, at: noon, $1) } == nil)

        #expect(try set(ada, ParticipantField("f1", flag: false), ParticipantField("one more", flag: true)) == .tooManyFields)
        #expect(try read(ada)?.fields.allSatisfy { $0.flag == true } == true)
        #expect(try set(ada, ParticipantField("f1"), ParticipantField("one more", flag: true)) == nil)
    }

    @Test func noByteOfFieldsAndLinksIsLeft() throws {
        let (ada, ben) = try both()
        _ = try set(ada, ParticipantField("zanzibar", text: "timbuktu"))
        _ = try set(ben, ParticipantField("kathmandu", text: "else"))
        try link(ada, ben, .statement)
        #expect(try store.filesHold("zanzibar") && store.filesHold("ticket 7"))

        let receipt = try store.erase(adasPhone)

        #expect(receipt.rows["participant_fields"] == 1)
        #expect(try !store.filesHold("zanzibar") && !store.filesHold("timbuktu") && !store.filesHold("ticket 7"))
        #expect(try store.filesHold("kathmandu"))
    }

    @Test func whoSeesNoContactsSeesNoneInFieldsAndLinks() throws {
        let (ada, ben) = try both()
        _ = try set(ada, ParticipantField("call", text: "Ada at 15550001111"))
        try link(ada, ben, .statement)

        let masked = ContactMask.masked(try #require(try read(ada)))
        #expect(masked.fields == [ParticipantField("call", text: "••• at •••")])
        #expect(masked.participant.name == "•••" && masked.participant.aliases.isEmpty)
    }

    // MARK: Restriction

    @Test func whoIsRestrictedIsNotFoundAndSaysSo() throws {
        let (ada, _) = try both()
        try store.index()
        func restrict(_ restricted: Bool, at time: Timestamp) throws -> Timestamp? {
            let request = RestrictParticipant(workspace: shop, participant: ada, restricted: restricted)
            return try #require(try write { try $0.restrict(request, at: time, $1) }).restrictedAt
        }
        func found() throws -> Int { try store.search(SearchConversations(workspace: shop, query: "hello", limit: 9)).messages.count }
        #expect(try found() == 2)

        #expect(try restrict(true, at: noon) == noon)
        #expect(try restrict(true, at: noon.adding(seconds: 9)) == noon)
        #expect(try found() == 1)
        #expect(try Set(store.list().map(\.participant.restrictedAt)) == [noon, nil])
        #expect(try read(ada)?.participant.restrictedAt == noon)
        // Stored all the same.
        #expect(try store.append(message("m2")).stored == 1)

        #expect(try restrict(false, at: noon) == nil)
        #expect(try found() == 2)
    }

    // MARK: Objections

    private func object(_ participant: ParticipantID, _ objects: Bool, at time: Timestamp) throws -> Timestamp? {
        let request = RecordObjection(workspace: shop, participant: participant, objects: objects, at: time)
        return try #require(try write { try $0.record(request, $1) }).marketingObjectionAt
    }

    @Test func theLastWordOnMarketingCounts() throws {
        let (ada, _) = try both()
        #expect(try object(ada, true, at: noon) == noon)
        #expect(try object(ada, false, at: noon.adding(seconds: -1)) == noon)
        #expect(try object(ada, false, at: noon.adding(seconds: 1)) == nil)
        #expect(try object(ada, true, at: noon) == nil)
    }

    @Test func anObjectionOutlivesAnErasureAndNothingElseDoes() throws {
        let (ada, ben) = try both()
        _ = try object(ada, true, at: noon)
        _ = try object(ben, true, at: noon)
        try store.erase(adasPhone)
        #expect(try !store.filesHold("15550001111"))
        store.clock.now = noon.adding(days: 1)

        try store.append(
            message("m9", at: store.clock.now), message("n9", from: ParticipantIdentity(phone: "15550003333"), at: store.clock.now))

        let back = try store.list().map(\.participant)
        #expect(back.first { $0.aliases == [adasPhone] }?.marketingObjectionAt == noon)
        #expect(back.first { $0.aliases.map(\.value) == ["15550003333"] }?.marketingObjectionAt == nil)
    }

    @Test func whoTakesAnObjectionBackComesBackWithoutIt() throws {
        let (first, _) = try both()
        _ = try object(first, true, at: noon)
        try store.erase(adasPhone)
        store.clock.now = noon.adding(days: 1)
        try store.append(message("m2", at: store.clock.now))
        _ = try object(try id(ada), false, at: store.clock.now)
        try store.erase(adasPhone)
        store.clock.now = noon.adding(days: 2)
        try store.append(message("m3", at: store.clock.now))

        #expect(try store.list().first { $0.participant.name == ada.name }?.participant.marketingObjectionAt == nil)
        #expect(try store.rows("objections") == 0)
    }
}

/// Who may say it.
@Suite final class ParticipantRequestTests {
    private let folder: TemporaryFolder
    private let accounts: PlayedAccounts
    private let coordinator = PlayedCoordinator()
    private let process: ServiceProcess
    private let database: Database
    private let service: ConversationStore
    private let owner, agent: CallOptions

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .conversationStore)
        let real = System.real()
        process = try ServiceProcess(
            service: .conversationStore, configuration: ServiceConfiguration(&environment),
            system: System(clock: SetClock(), scheduler: real.scheduler, random: real.random),
            log: Log(service: "conversation-store", system: real) { _ in })
        database = process.database(migrations: ConversationStoreMigrations.all)
        accounts = try PlayedAccounts(process)
        accounts.say(AccessFact(.workspaceOpened, shop, instructions: Instructions(), at: noon))
        owner = CallOptions(actor: accounts.member(.owner, of: shop))
        agent = CallOptions(actor: accounts.member(.agent, of: shop))
        service = try ConversationStore(
            process, database, accounts: accounts.transport, coordinator: coordinator.transport(for: .conversationStore))
        try service.start()
        try #require(accounts.areTaken)
        let append = AppendEvents(
            key: RequestKey("k"), workspace: shop, channel: line.id, account: line.account,
            events: [message("m1"), message("b1", from: ben)])
        _ = try LocalTransport(process.router, as: .intake).call(append).answer()
    }

    deinit {
        service.stop()
        database.close()
    }

    private func refusal<R: Request>(_ request: R, _ options: CallOptions) -> R.Refusal? {
        if case .refused(let reason, _) = LocalTransport(process.router, as: .operator).call(request, options) { reason } else { nil }
    }

    private let one = ParticipantID(rawValue: 1)
    private let two = ParticipantID(rawValue: 2)

    private func link(_ kind: LinkEvidence.Kind) -> LinkParticipants {
        LinkParticipants(workspace: shop, participant: one, other: two, evidence: LinkEvidence(kind, source: "ticket 7"))
    }

    /// An erasure follows what is proved.
    @Test func onlyOwnersAndAdminsProve() throws {
        #expect(refusal(link(.code), agent) == .proofNotAllowed)
        #expect(refusal(link(.statement), agent) == nil)
        #expect(refusal(link(.code), owner) == nil)
        #expect(refusal(UnlinkParticipants(workspace: shop, participant: one, other: two), agent) == .proofNotAllowed)

        let read = try LocalTransport(process.router, as: .operator)
            .call(ReadParticipant(workspace: shop, participant: one), agent).answer()
        #expect(read.links.map(\.evidence.kind) == [.code, .statement])
        #expect(Set(read.links.map(\.member?.rawValue)) == ["mem_owner_ws_shop", "mem_agent_ws_shop"])
    }

    @Test func whatMakesNoSenseIsRefused() {
        #expect(
            refusal(LinkParticipants(workspace: shop, participant: one, other: one, evidence: LinkEvidence(.code, source: "x")), owner)
                == .sameParticipant)
        let two = ParticipantField("tier", text: "gold", flag: true)
        #expect(refusal(SetParticipantFields(workspace: shop, participant: one, fields: [two]), owner) == .twoValues)
        let twice = [ParticipantField("tier", text: "gold"), ParticipantField("tier", text: "silver")]
        #expect(refusal(SetParticipantFields(workspace: shop, participant: one, fields: twice), owner) == .twoValues)
        let stranger = ReadParticipant(workspace: shop, participant: ParticipantID(rawValue: 99))
        #expect(refusal(stranger, owner) == .unknownParticipant)
        #expect(refusal(RestrictParticipant(workspace: shop, participant: one, restricted: true), owner) == nil)
    }

    @Test func nobodyObjectsInTheFuture() {
        let request = RecordObjection(workspace: shop, participant: one, objects: true, at: noon.adding(seconds: 1))
        guard case .fault(let fault) = LocalTransport(process.router, as: .operator).call(request, owner) else {
            return #expect(Bool(false))
        }
        #expect(fault.code == .malformed)
    }
}
