import Domain
import HolderContracts
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

/// A channel ends because its customer, or the business at Meta, wants it; what is known of it is listed before and after.
struct ChannelEndTests {
    private let fixture: IntakeFixture
    private let workspace: WorkspaceID
    private let channel: ChannelID
    private static let authorization = ChannelAuthorization(app: "meta", user: "10158000000000042", member: "member-1")

    init() throws {
        fixture = try IntakeFixture()
        workspace = try fixture.openWorkspace()
        channel = try fixture.connect(IntakeFixture.instagram, to: workspace, authorization: ChannelEndTests.authorization)
        fixture.time.advance(milliseconds: 10_000)
    }

    private func post(_ number: Int) throws {
        #expect(try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.\(number)")), to: .instagram).status == .ok)
    }

    private func listed() throws -> [ListChannels.Entry] { try fixture.ok(ListChannels(workspace: workspace)).channels }

    @Test func aDisconnectedChannelTakesNothingMoreAndItsAttestationStays() throws {
        try post(1)
        let known = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore).next
        let before = fixture.time.now

        #expect(try fixture.ok(DisconnectChannel(workspace: workspace, channel: channel)).endedAt == before)
        try post(2)
        fixture.time.advance(milliseconds: 1000)
        // A repeat tells when it was.
        #expect(try fixture.ok(DisconnectChannel(workspace: workspace, channel: channel)).endedAt == before)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(fixture.metric("inbox.ended") == 1)
        let facts = try fixture.ok(ReadAccessFeed(after: known, waitMilliseconds: 0), as: .conversationStore).facts
        #expect(facts.map(\.kind).filter { $0 == .channelEnded }.count == 1)
        let entry = try #require(try listed().first)
        #expect(entry.endedAt == before && entry.erasureDueAt == before.adding(milliseconds: 30 * 86_400_000))
        #expect(entry.attestation == ConnectChannel.sample(workspace, IntakeFixture.instagram).attestation)
        try fixture.reopen()
        try post(3)
        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
    }

    /// A reconnect is a new channel with an attestation of its own; what was dropped in between is not remembered as known.
    @Test func theAccountIsConnectedAgainAsANewChannel() throws {
        _ = try fixture.ok(DisconnectChannel(workspace: workspace, channel: channel))
        try post(1)
        let again = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.instagram, key: "again")).channel
        try post(1)

        #expect(again != channel)
        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(Set(try listed().map(\.channel)) == [channel, again])
        #expect(try listed().count { $0.endedAt == nil } == 1)
        #expect(try fixture.count("attestations") == 2)
    }

    // MARK: The whole agreement

    @Test func anEndedAgreementEndsItsChannelsAndTakesNothingMore() throws {
        try post(1)
        #expect(try fixture.ok(ReadWorkspace(workspace: workspace)).terminatedAt == nil)
        let known = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore).next
        let ended = try fixture.ok(TerminateWorkspace(workspace: workspace)).terminatedAt
        fixture.time.advance(milliseconds: 1000)
        #expect(try fixture.ok(TerminateWorkspace(workspace: workspace)).terminatedAt == ended)
        try post(2)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"] && fixture.metric("inbox.ended") == 1)
        #expect(try fixture.ok(ReadWorkspace(workspace: workspace)).terminatedAt == ended)
        let facts = try fixture.ok(ReadAccessFeed(after: known, waitMilliseconds: 0), as: .conversationStore).facts
        #expect(Set(facts.map(\.kind)) == [.channelEnded, .workspaceTerminated])
        #expect(refusal(fixture.call(TerminateWorkspace(workspace: WorkspaceID(rawValue: "ws_nobody")))) == .unknownWorkspace)
    }

    @Test func whatCameByItsChannelsIsErasedWholeAndAnotherWorkspacesStays() throws {
        try post(1)
        let other = try fixture.openWorkspace("workspace-2")
        _ = try fixture.connect(IntakeFixture.whatsapp, to: other)
        _ = try fixture.ok(TerminateWorkspace(workspace: workspace))
        var subject = Subject(workspace: workspace)
        subject.isWhole = true
        #expect(try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["outbox"] == 1)

        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
        let proof = try fixture.ok(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator)
        #expect(receipt.rows["outbox"] == 1 && receipt.rows["channel_authorizations"] == 1 && receipt.isPartial == nil)
        #expect(proof.rows.values.allSatisfy { $0 == 0 })
        #expect(try fixture.occurrences(of: ChannelEndTests.authorization.user) == 0)
        #expect(try fixture.ok(ListChannels(workspace: other)).channels.count == 1)
    }

    @Test func aChannelIsItsWorkspacesAlone() throws {
        let other = try fixture.openWorkspace("workspace-2")

        #expect(refusal(fixture.call(DisconnectChannel(workspace: other, channel: channel))) == .unknownChannel)
        #expect(try fixture.ok(ListChannels(workspace: other)).channels.isEmpty)
        #expect(try listed().map(\.endedAt) == [nil])
    }

    @Test func theListGoesOnBehindAChannelAndShowsNoSecret() throws {
        let credential = WebhookCredential(.bearer, secret: "invented-provider-secret")
        let second = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, business: "2001", credential: credential))
            .channel
        _ = try fixture.ok(SetChannelFeatures(workspace: workspace, channel: second, features: [.history, .insights]))

        let all = try listed()
        #expect(all.map(\.channel) == [channel, second].sorted())
        let entry = try #require(all.first { $0.channel == second })
        #expect(entry.credentials == 1 && entry.business == "2001" && entry.features == [.history, .insights])
        let rest = try fixture.ok(ListChannels(workspace: workspace, after: all[0].channel)).channels
        #expect(rest == [all[1]])
        #expect(!String(decoding: FieldVisitor.write(ListChannels.Response(channels: all)), as: UTF8.self).contains(credential.secret))
    }

    // MARK: Deauthorized at Meta

    private func deauthorize(_ user: String, at time: Timestamp) throws -> DeauthorizeConnection.Response {
        try fixture.ok(DeauthorizeConnection(app: "meta", user: user, at: time), as: .deletionCoordinator)
    }

    @Test func aDeauthorizedConnectionEndsAndItsErasureFallsDue() throws {
        let others = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let now = fixture.time.now

        #expect(try deauthorize("10158000000000042", at: now) == .init(known: 1, ended: 1))
        try post(1)

        #expect(try fixture.outbox().isEmpty && fixture.metric("inbox.ended") == 1)
        let entries = try listed()
        #expect(entries.first { $0.channel == channel }?.endedAt == now)
        #expect(entries.first { $0.channel == channel }?.erasureDueAt == now.adding(milliseconds: 30 * 86_400_000))
        #expect(entries.first { $0.channel == others }?.endedAt == nil)
        // Not an erasure of a person, nor of who authorised it: that is the other callback's.
        #expect(try fixture.count("channel_authorizations") == 1)
        #expect(try deauthorize("10158000000000042", at: now) == .init(known: 1, ended: 0))
        #expect(try deauthorize("nobody", at: now) == .init(known: 0, ended: 0))
    }

    @Test func aLateRepeatEndsNothingThatWasConnectedSince() throws {
        let first = fixture.time.now
        _ = try deauthorize("10158000000000042", at: first)
        fixture.time.advance(milliseconds: 86_400_000)
        let again = ConnectChannel.sample(workspace, IntakeFixture.instagram, key: "again", authorization: ChannelEndTests.authorization)
        let channel = try fixture.ok(again).channel

        #expect(try deauthorize("10158000000000042", at: first) == .init(known: 2, ended: 0))
        #expect(try listed().first { $0.channel == channel }?.endedAt == nil)
        // Control: one that Meta sends now ends it.
        #expect(try deauthorize("10158000000000042", at: fixture.time.now) == .init(known: 2, ended: 1))
    }

    @Test func onlyTheCoordinatorDeauthorizes() throws {
        guard case .fault(let fault) = fixture.call(DeauthorizeConnection(app: "meta", user: "1", at: fixture.time.now), as: .operator)
        else {
            Issue.record("the operator deauthorized a connection")
            return
        }
        #expect(fault.code == .forbidden)
    }
}
