import Domain
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

/// A connector's events are taken as the platform's own deliveries.
struct ConnectorDeliveryTests {
    private let fixture: IntakeFixture
    private let workspace: WorkspaceID
    private let channel: ChannelID

    init() throws {
        fixture = try IntakeFixture()
        workspace = try fixture.openWorkspace()
        channel = try fixture.connect(IntakeFixture.instagram, to: workspace)
        _ = try fixture.ok(AddPeer(name: "shop-connector", kind: .connector, workspace: workspace))
    }

    private func event(
        _ kind: ChannelEvent.Kind = .message, id: String, from person: ParticipantIdentity = ParticipantIdentity(igsid: Instagram.mara)
    ) -> ChannelEvent {
        // Of a time of ours nobody has to know.
        let sentAt = Timestamp(rawValue: Instagram.sentAt)
        var event = ChannelEvent(kind: kind, id: id, participant: person, sentAt: sentAt, receivedAt: sentAt)
        event.type = "text"
        event.text = "hello"
        return event
    }

    private func deliver(_ events: [ChannelEvent], to channel: ChannelID? = nil, of workspace: WorkspaceID? = nil) -> Outcome<DeliverEvents>
    {
        let request = DeliverEvents(workspace: workspace ?? self.workspace, channel: channel ?? self.channel, events: events)
        return LocalTransport(fixture.process.router, as: .connector, name: "shop-connector")
            .call(request, CallOptions(timeoutMilliseconds: 60_000))
    }

    private func taken(_ outcome: Outcome<DeliverEvents>) throws -> DeliverEvents.Response {
        guard case .ok(let response) = outcome else {
            Issue.record("\(outcome)")
            throw IntakeFixture.Stopped()
        }
        return response
    }

    private func fault(_ outcome: Outcome<DeliverEvents>) -> Fault.Code? { if case .fault(let fault) = outcome { fault.code } else { nil } }

    @Test func anEventIsTakenOnceWhicheverWayItComes() throws {
        #expect(try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.1")), to: .instagram).status == .ok)

        let answer = try taken(deliver([event(id: "mid.1"), event(id: "mid.2"), event(id: "mid.2")]))
        _ = try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.2")), to: .instagram)
        try fixture.reopen()
        #expect(try taken(deliver([event(id: "mid.2")])) == .init(accepted: 0, repeated: 1, keptOut: 0, dropped: 0))

        #expect(answer == .init(accepted: 1, repeated: 2, keptOut: 0, dropped: 0))
        #expect(try fixture.outbox().map(\.id) == ["mid.1", "mid.2"])
        #expect(try fixture.outbox().last?.receivedAt == fixture.time.now)
        fixture.conversations.behave(.takes)
        fixture.pass(untilEvents: 2)
    }

    @Test func whoWasErasedStaysOut() throws {
        let mara = [Alias(.instagram, .igsid, Instagram.mara)]
        try fixture.erase(mara, on: IntakeFixture.instagram, of: workspace, cutoff: fixture.time.now)
        let noah = ParticipantIdentity(igsid: Instagram.noah)

        #expect(
            try taken(deliver([event(id: "mid.1"), event(id: "mid.2", from: noah)]))
                == .init(accepted: 1, repeated: 0, keptOut: 1, dropped: 0))
        #expect(try fixture.outbox().map(\.id) == ["mid.2"])
    }

    @Test func whatNeedsAFeatureComesOnlyWithIt() throws {
        var imported = event(id: "mid.old")
        imported.origin = .history
        var insights = event(.account, id: "insights.1", from: ParticipantIdentity())
        (insights.type, insights.text) = ("story_insights", nil)
        let events = [event(.comment, id: "comment.1"), imported, insights]

        #expect(try taken(deliver(events)).dropped == 3)
        _ = try fixture.ok(SetChannelFeatures(workspace: workspace, channel: channel, features: [.comments]))
        #expect(try taken(deliver(events)) == .init(accepted: 1, repeated: 0, keptOut: 0, dropped: 2))
        #expect(fixture.metric("inbox.featureOff") == 5)
        #expect(try fixture.outbox().map(\.kind) == [.comment])
        _ = try fixture.ok(SetChannelFeatures(workspace: workspace, channel: channel, features: [.insights]))
        #expect(try taken(deliver([insights])).accepted == 1)
    }

    @Test func aConnectorDeliversForItsOwnWorkspaceAlone() throws {
        let other = try fixture.openWorkspace("workspace-2")
        let foreign = try fixture.connect(IntakeFixture.whatsapp, to: other)

        #expect(fault(deliver([event(id: "mid.1")], to: foreign, of: other)) == .forbidden)
        #expect(refusal(deliver([event(id: "mid.1")], to: foreign)) == .unknownChannel)
        _ = try fixture.ok(DisconnectChannel(workspace: workspace, channel: channel))
        #expect(refusal(deliver([event(id: "mid.1")])) == .channelEnded)
        _ = try fixture.ok(RemovePeer(name: "shop-connector"))
        #expect(fault(deliver([event(id: "mid.1")])) == .forbidden)
        #expect(try fixture.outbox().isEmpty)
    }

    @Test func oneEventThatFitsNothingTurnsAllAway() throws {
        var ours = event(.reply, id: "mid.3")
        ours.author = .assistant
        var signed = event(id: "mid.3")
        signed.author = .agent
        var renamed = event(.identity, id: "mid.3")
        renamed.details = EventDetails()
        renamed.details?.previous = ParticipantIdentity(phone: "491510000001")
        let bad = [
            event(id: ""), event(id: "mid.3", from: ParticipantIdentity()), event(.status, id: "mid.3"), event(.edit, id: "mid.3"), ours,
            signed, renamed, event(id: "mid.3", from: ParticipantIdentity(phone: "491510000001")),
            event(id: "mid.3", from: ParticipantIdentity(igsid: ""))
        ]
        for event in bad { #expect(fault(deliver([self.event(id: "mid.1"), event])) == .malformed, "\(event)") }
        #expect(try fixture.outbox().isEmpty && fixture.keyCount() == 0)
        // Control.
        #expect(try taken(deliver([event(id: "mid.1"), event(id: "mid.3")])).accepted == 2)
    }

    /// Under another spelling a person would be another one, whom no erasure finds.
    @Test func aPhoneIsSpelledAsThePlatformDoes() throws {
        let number = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let jonas = ParticipantIdentity(phone: "+\(WhatsApp.jonas)")

        #expect(try taken(deliver([event(id: "wamid.1", from: jonas)], to: number)).accepted == 1)
        #expect(try fixture.outbox().map(\.participant.phone) == [WhatsApp.jonas])
        let garbled = event(id: "wamid.2", from: ParticipantIdentity(phone: "call me"))
        #expect(fault(deliver([garbled], to: number)) == .malformed)
    }
}
