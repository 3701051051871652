import DeletionCoordinatorContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Wire

@testable import DeletionCoordinatorService

/// Deletions of parts of a workspace's data: who may ask for what, what the holders are told, and the end of a channel by the clock.
@Suite struct PartTests {
    private static let line = ChannelID(rawValue: "c1")
    private static let person = Alias(.whatsapp, .phone, "4930901820")
    private static let talk = ConversationID(rawValue: 12)

    private func ask(
        _ mesh: Mesh, conversation: ConversationID? = nil, message: MessageID? = nil, channel: ChannelID? = nil, key: String = "p-1"
    ) -> Outcome<RequestDeletion> {
        mesh.call(
            RequestDeletion(
                key: RequestKey(key), workspace: Mesh.workspace, conversation: conversation, message: message, channel: channel,
                immediately: true))
    }

    @Test func aConversationIsClosedOverWhoseItIsAndKeepsOutNobodyAltogether() throws {
        let mesh = try Mesh()
        mesh.store.with { state in
            state.rows = 3
            state.adds = { subject in
                var known = Subject(workspace: subject.workspace, aliases: [PartTests.person])
                known.channel = PartTests.line
                var grown = subject
                grown.formUnion(known)
                return grown
            }
        }
        let read = try mesh.complete(try ask(mesh, conversation: PartTests.talk).value().deletion)

        #expect(read.deletion.kind == .conversation && read.deletion.found == true && read.legs.allSatisfy { $0.state == .proved })
        let erased = try #require(mesh.intake.with { $0.erased.first })
        #expect(erased.part == .conversations && erased.aliases == [PartTests.person] && erased.accounts == [Mesh.accounts[1]])
        let digester = try mesh.coordinator.digester()
        let names = mesh.store.with { Set($0.tombstones.map(\.digest)) }
        #expect(
            names == [
                digester.tag(.conversation(PartTests.talk)), digester.tag(.talk(Mesh.workspace, Mesh.accounts[1], PartTests.person))
            ])
        // Control: their person's tombstone is another.
        #expect(!names.contains(digester.tag(.person(Mesh.workspace, Mesh.accounts[1], PartTests.person))))
    }

    @Test func aMessageAndAChannelAreOneTombstoneEach() throws {
        let mesh = try Mesh()
        let message = MessageID(rawValue: 5117)
        _ = try mesh.complete(try ask(mesh, message: message).value().deletion)
        _ = try mesh.complete(try ask(mesh, channel: PartTests.line, key: "p-2").value().deletion)
        let names = mesh.handoff.with { Set($0.tombstones.map(\.digest)) }
        let digester = try mesh.coordinator.digester()
        #expect(names == [digester.tag(.ownMessage(message)), digester.tag(.channel(PartTests.line))])
    }

    @Test func whatIsNoPartIsRefused() throws {
        let mesh = try Mesh()
        #expect(ask(mesh, channel: ChannelID(rawValue: "c9")).refusal == .unknownChannel)
        #expect(ask(mesh, conversation: PartTests.talk, message: MessageID(rawValue: 1)).fault == .malformed)
        var nobodys = RequestDeletion(key: RequestKey("k"), workspace: Mesh.workspace, conversation: PartTests.talk)
        nobodys.subject = PartTests.person
        #expect(mesh.call(nobodys).fault == .malformed)
        (nobodys.subject, nobodys.workspace) = (nil, nil)
        #expect(mesh.call(nobodys).fault == .malformed)
    }

    @Test func aHoldOnThePersonKeepsTheirConversation() throws {
        let mesh = try Mesh()
        mesh.store.with { state in
            state.adds = { subject in
                var grown = subject
                grown.formUnion(Subject(workspace: subject.workspace, aliases: [PartTests.person]))
                return grown
            }
        }
        let hold = try mesh.decide(
            PlaceHold(key: RequestKey("h"), workspace: Mesh.workspace, person: PartTests.person, ground: .legalClaims, scope: [.messages])
        ).value().hold
        let deletion = try ask(mesh, conversation: PartTests.talk).value().deletion
        try mesh.watch(deletion, reach: .held)
        #expect(mesh.store.with { $0.setAside.first?.part } == .conversations)
        _ = try mesh.decide(LiftHold(hold: hold)).value()
        _ = try mesh.complete(deletion)
    }

    // MARK: The end of a channel

    private func kinds(_ mesh: Mesh) throws -> [Deletion.Kind] { try mesh.call(ListDeletions(limit: 10)).value().deletions.map(\.kind) }

    @Test func whatCameByAnEndedChannelGoesThirtyDaysLater() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 2 }
        let day = Deletion.Source.day
        try mesh.coordinator.endChannel(PartTests.line, account: Mesh.accounts[1])
        try mesh.sleep(milliseconds: 30 * day - 1)
        mesh.coordinator.service.driver.wake()
        mesh.time.waitUntilWaiting(count: 1)
        #expect(try kinds(mesh).isEmpty)

        try mesh.sleep(milliseconds: 1)
        try mesh.wait { try kinds(mesh) == [.channel] }
        let id = try #require(mesh.call(ListDeletions(limit: 1)).value().deletions.first).id
        let read = try mesh.complete(id)
        #expect(read.deletion.source == .termination && read.legs.allSatisfy { $0.state == .proved })
        #expect(mesh.store.with { $0.erased.last?.channel } == PartTests.line)
        // Once, whatever restarts.
        try mesh.sleep(milliseconds: day)
        mesh.time.waitUntilWaiting(count: 1)
        #expect(try kinds(mesh) == [.channel])
    }

    @Test func anAccountThatIsConnectedAgainKeepsWhatCameByIt() throws {
        let mesh = try Mesh()
        try mesh.coordinator.endChannel(PartTests.line, account: Mesh.accounts[1])
        try mesh.coordinator.connectChannel(ChannelID(rawValue: "c5"), account: Mesh.accounts[1])
        try mesh.sleep(milliseconds: 31 * Deletion.Source.day)
        mesh.time.waitUntilWaiting(count: 1)
        #expect(try kinds(mesh).isEmpty)
        // Its own end is the end of all.
        try mesh.coordinator.endChannel(ChannelID(rawValue: "c5"), account: Mesh.accounts[1])
        try mesh.sleep(milliseconds: 30 * Deletion.Source.day)
        try mesh.wait { try kinds(mesh) == [.channel, .channel] }
    }
}
