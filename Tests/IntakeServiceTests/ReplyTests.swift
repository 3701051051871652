import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

struct ReplyTests {
    private let recipient = Alias(.whatsapp, .phone, WhatsApp.jonas)

    private func reply(
        _ fixture: IntakeFixture, _ channel: ChannelID, key: String = "reply-1", to recipient: Alias? = nil,
        at time: Int64 = 1_767_225_000_000, id: String? = nil
    ) -> RecordReply {
        RecordReply(
            key: RequestKey(key), workspace: fixture.workspace, channel: channel, recipient: recipient ?? self.recipient,
            author: .assistant, text: "Friday is free.",
            sentAt: Timestamp(rawValue: time), externalID: id)
    }

    @Test func aReplyIsRecordedOnceForItsKey() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())

        #expect(try fixture.ok(reply(fixture, channel)).recorded)
        #expect(try !fixture.ok(reply(fixture, channel)).recorded)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-2", id: "wamid.1")).recorded)

        let events = try fixture.outbox()
        #expect(events.map(\.id) == ["reply:reply-1", "wamid.1"])
        #expect(events.map(\.kind) == [.reply, .reply])
        #expect(events[0].author == .assistant)
        #expect(events[0].participant == ParticipantIdentity(phone: WhatsApp.jonas))
    }

    @Test func aReplyNeedsAChannelAndSomebodyOfItsPlatform() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())

        #expect(refusal(fixture.call(reply(fixture, ChannelID(rawValue: "ch_unknown")))) == .unknownChannel)
        for odd in [
            Alias(.instagram, .igsid, "1"), Alias(.whatsapp, .username, "jonas"),
            Alias(.whatsapp, .phone, String(repeating: "1", count: 33))
        ] {
            guard case .fault(let fault) = fixture.call(reply(fixture, channel, to: odd)) else {
                Issue.record("a reply to nobody was taken")
                continue
            }
            #expect(fault.code == .malformed)
        }
        #expect(try fixture.count("outbox") == 0)
    }

    /// In another spelling they would be somebody else, whom no erasure finds.
    @Test func aPhoneIsOnePersonsInAnySpelling() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())

        #expect(try fixture.ok(reply(fixture, channel, to: Alias(.whatsapp, .phone, "+" + WhatsApp.jonas))).recorded)
        #expect(try fixture.outbox().map(\.participant.phone) == [WhatsApp.jonas])

        for odd in [Alias(.whatsapp, .phone, "49 170 1"), Alias(.whatsapp, .igsid, "6290000000000017")] {
            guard case .fault(let fault) = fixture.call(reply(fixture, channel, key: "reply-2", to: odd)) else {
                Issue.record("a name in no spelling of the platform was taken")
                continue
            }
            #expect(fault.code == .malformed)
        }
    }

    /// The time that a repeat states is not what it is known by.
    @Test func aRepeatWithAnotherTimeIsARepeat() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        #expect(try fixture.ok(reply(fixture, channel)).recorded)

        #expect(try !fixture.ok(reply(fixture, channel, at: 1_767_225_000_000 - 3 * 86_400_000)).recorded)
        #expect(try fixture.count("outbox") == 1)
    }

    @Test func nothingIsSentOnToAPersonWhoWasErasedSince() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        try fixture.erase([recipient], on: IntakeFixture.whatsapp, cutoff: Timestamp(rawValue: 1_767_225_000_000))

        #expect(refusal(fixture.call(reply(fixture, channel))) == .recipientErased)
        #expect(try fixture.count("outbox") == 0)
        #expect(try fixture.count("inbox_keys") == 0)

        // Controls: another person, and a reply after the cut-off.
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-2", to: Alias(.whatsapp, .phone, "491510000002"))).recorded)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-3", at: 1_767_225_000_001)).recorded)
    }
}
