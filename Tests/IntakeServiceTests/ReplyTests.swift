import Access
import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

struct ReplyTests {
    private let recipient = Alias(.whatsapp, .phone, WhatsApp.jonas)

    private func reply(
        _ fixture: IntakeFixture, _ channel: ChannelID, key: String = "reply-1", to recipient: Alias? = nil,
        at time: Int64 = 1_767_225_000_000, lease: String? = nil, author: RecordReply.Author = .assistant, id: String? = nil
    ) throws -> RecordReply {
        let recipient = recipient ?? self.recipient
        return RecordReply(
            key: RequestKey(key), workspace: fixture.workspace, channel: channel, recipient: recipient, author: author,
            text: "Friday is free.", sentAt: Timestamp(rawValue: time),
            lease: try lease ?? fixture.lease(channel, for: Alias(.whatsapp, .phone, recipient.value.replacing("+", with: ""))),
            externalID: id)
    }

    @Test func onlyWhoHoldsTheConversationAnswersInIt() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        let good = try fixture.lease(channel, for: recipient)
        let others = [
            ("none", ""), ("forged", String(good.dropLast()) + (good.hasSuffix("A") ? "B" : "A")),
            ("of another person", try fixture.lease(channel, for: Alias(.whatsapp, .phone, "491510000002"))),
            ("of another channel", try fixture.lease(ChannelID(rawValue: "ch_other"), for: recipient)),
            ("of another member", try fixture.lease(channel, for: recipient, to: .agent)),
            ("of a person's hold", try fixture.lease(channel, for: recipient, holder: .person)),
            ("over", try fixture.lease(channel, for: recipient, milliseconds: 0))
        ]
        for (name, other) in others {
            #expect(try refusal(fixture.call(reply(fixture, channel, lease: other))) == .notHolder, "a lease \(name)")
        }
        #expect(try refusal(fixture.call(reply(fixture, channel, lease: good, author: .agent))) == .notHolder)
        #expect(try fixture.count("outbox") == 0 && fixture.keyCount() == 0 && fixture.count("reply_turns") == 0)

        // Controls: the lease itself, and a repeat of what was recorded under it once it has ended.
        #expect(try fixture.ok(reply(fixture, channel, lease: good)).recorded)
        fixture.time.advance(milliseconds: Lease.assistantMilliseconds)
        #expect(try !fixture.ok(reply(fixture, channel, lease: good)).recorded)
        #expect(try refusal(fixture.call(reply(fixture, channel, key: "reply-2", lease: good))) == .notHolder)
    }

    @Test func whoHasLostAConversationNoLongerAnswersThoughTheirLeaseRuns() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        let before = try fixture.lease(channel, for: recipient, turn: 1)
        let after = try fixture.lease(channel, for: recipient, to: .agent, holder: .person, turn: 2)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-1", lease: before)).recorded)

        #expect(try fixture.ok(reply(fixture, channel, key: "reply-2", lease: after, author: .agent), acting: .agent).recorded)

        #expect(try refusal(fixture.call(reply(fixture, channel, key: "reply-3", lease: before))) == .notHolder)
        #expect(try fixture.outbox().count == 2)
        // Control: in another conversation an earlier turn is as good as any.
        let elsewhere = try fixture.lease(channel, for: recipient, conversation: 9, turn: 1)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-4", lease: elsewhere)).recorded)
    }

    @Test func whoHasLostAConversationNoLongerAnswersThoughNobodyElseHasYet() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        let lease = try fixture.lease(channel, for: recipient, conversation: 7, turn: 1)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-1", lease: lease)).recorded)
        func pass(_ conversation: Int64, to turn: Int64) throws {
            let request = PassTurn(workspace: fixture.workspace, conversation: ConversationID(rawValue: conversation), turn: turn)
            _ = try fixture.ok(request, as: .handoffContext)
        }
        // Controls: another conversation's turn, and one that is known.
        try pass(8, to: 9)
        try pass(7, to: 1)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-2", lease: lease)).recorded)

        try pass(7, to: 2)
        #expect(try refusal(fixture.call(reply(fixture, channel, key: "reply-3", lease: lease))) == .notHolder)
        // What comes late takes nothing back.
        try pass(7, to: 1)
        #expect(try refusal(fixture.call(reply(fixture, channel, key: "reply-4", lease: lease))) == .notHolder)
        #expect(
            try fixture.ok(reply(fixture, channel, key: "reply-5", lease: fixture.lease(channel, for: recipient, conversation: 7, turn: 2)))
                .recorded)
    }

    @Test func aTurnIsForgottenWhenEveryEarlierLeaseHasEnded() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        #expect(try fixture.ok(reply(fixture, channel)).recorded)
        #expect(try fixture.count("reply_turns") == 1)

        fixture.time.advance(milliseconds: 31 * 86_400_000)
        try fixture.expire()

        #expect(try fixture.count("reply_turns") == 0)
    }

    @Test func anErasureTakesThePersonsTurnsAndNobodyElses() throws {
        let fixture = try IntakeFixture()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        for conversation in [1, 2] as [Int64] {
            let lease = try fixture.lease(channel, for: recipient, conversation: conversation)
            #expect(try fixture.ok(reply(fixture, channel, key: "reply-\(conversation)", lease: lease)).recorded)
        }
        var subject = Subject(workspace: fixture.workspace)
        subject.conversations = [ConversationID(rawValue: 1)]
        #expect(try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["reply_turns"] == 1)

        let erased = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(erased.rows["reply_turns"] == 1)
        #expect(try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["reply_turns"] == 0)
        #expect(try fixture.count("reply_turns") == 1)
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

        #expect(try refusal(fixture.call(reply(fixture, ChannelID(rawValue: "ch_unknown")))) == .unknownChannel)
        for odd in [
            Alias(.instagram, .igsid, "1"), Alias(.whatsapp, .username, "jonas"),
            Alias(.whatsapp, .phone, String(repeating: "1", count: 33))
        ] {
            guard case .fault(let fault) = try fixture.call(reply(fixture, channel, to: odd)) else {
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
            guard case .fault(let fault) = try fixture.call(reply(fixture, channel, key: "reply-2", to: odd)) else {
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

        #expect(try refusal(fixture.call(reply(fixture, channel))) == .recipientErased)
        #expect(try fixture.count("outbox") == 0)
        #expect(try fixture.keyCount() == 0)

        // Controls: another person, and a reply after the cut-off.
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-2", to: Alias(.whatsapp, .phone, "491510000002"))).recorded)
        #expect(try fixture.ok(reply(fixture, channel, key: "reply-3", at: 1_767_225_000_001)).recorded)
    }
}
