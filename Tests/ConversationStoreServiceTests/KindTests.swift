import ConversationStoreContracts
import Domain
import HolderContracts
import SQLite
import Testing
import Wire

@testable import ConversationStoreService

/// Every kind of event is kept once, and read as what it is.
@Suite struct KindTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private static func json(_ text: String) -> RawJSON { RawJSON(checked: Array(text.utf8)) }

    private static func event(_ kind: ChannelEvent.Kind, _ id: String, from person: ParticipantIdentity = ada, at time: Timestamp = noon)
        -> ChannelEvent
    {
        var event = ChannelEvent(kind: kind, id: id, participant: person, sentAt: time, receivedAt: time)
        event.type = "any"
        if kind.needsTarget {
            event.details = EventDetails()
            event.details?.target = "w1"
        }
        return event
    }

    /// All that name a person, but for statuses.
    private static let kinds = ChannelEvent.Kind.allCases.filter { $0 != .status && $0 != .template && $0 != .account }

    @Test(arguments: kinds) func aKindIsKeptOnceAndReadAsItself(kind: ChannelEvent.Kind) throws {
        var event = KindTests.event(kind, "e1")
        event.text = "words"
        event.origin = .standby
        event.raw = KindTests.json(#"{"as":"it came"}"#)
        var details = event.details ?? EventDetails()
        var attachment = Attachment(type: "image")
        attachment.url = "https://cdn.example/1"
        details.attachments = [attachment]
        details.content = KindTests.json(#"{"latitude":1.5}"#)
        event.details = details

        #expect(try store.append(event).stored == 1)
        try store.reopen()
        #expect(try store.append(event).repeated == 1)

        let message = try #require(try store.onlyMessages().first)
        #expect(message.kind == kind && message.text == "words" && message.type == "any" && message.origin == .standby)
        #expect(message.raw == event.raw)
        details.target = nil
        #expect(message.details == details)
        #expect(try store.rows("messages") == 1)
    }

    @Test func theFeedTellsWhatWantsAnAnswerFromWhatDoesNot() throws {
        func origin(_ event: ChannelEvent, _ origin: ChannelEvent.Origin) -> ChannelEvent {
            var event = event
            event.origin = origin
            return event
        }
        let events = [
            message("m1"), KindTests.event(.postback, "p1"), echo("w1"), origin(echo("w2"), .standby),
            origin(message("m2"), .standby), origin(message("m3"), .history), origin(message("m4"), .group), origin(echo("w3"), .history),
            happening(.edit, "e1", to: "m1", "Hi"), KindTests.event(.unsend, "e2"), KindTests.event(.reaction, "e3"),
            KindTests.event(.read, "e4"),
            KindTests.event(.comment, "e5"), KindTests.event(.other, "e6")
        ]
        try store.append(events)

        #expect(
            try store.feed().changes.map(\.kind)
                == [.messageReceived, .messageReceived, .messageSent, .messageSent]
                + Array(repeating: .activityRecorded, count: 5) + [.messageWithdrawn]
                + Array(repeating: .activityRecorded, count: events.count - 10))
    }

    @Test(arguments: ChannelEvent.Kind.allCases.filter(\.needsTarget))
    func whatIsNothingWithoutItsMessageIsRefusedWithoutOne(kind: ChannelEvent.Kind) throws {
        var event = KindTests.event(kind, "e1")
        event.details = nil

        #expect(throws: Fault.self) { try store.append(event) }
        #expect(throws: Fault.self) { try store.append(KindTests.event(kind, "e1", from: ParticipantIdentity())) }
        #expect(try store.rows("messages") == 0)
    }

    // MARK: What names nobody

    @Test func whatNamesNobodyIsANoticeOfItsChannel() throws {
        var template = KindTests.event(.template, "t1", from: ParticipantIdentity())
        template.details = EventDetails()
        template.details?.template = TemplateStatus()
        template.details?.template?.event = "APPROVED"
        var comment = KindTests.event(.comment, "c1", from: ParticipantIdentity(), at: noon.adding(seconds: 1))
        comment.text = "12 euros"
        let account = KindTests.event(.account, "a1", from: ParticipantIdentity())
        #expect(try store.append(template, comment, account, template).stored == 3)
        try store.reopen()
        #expect(try store.append(comment, account).repeated == 2)

        let notices = try store.notices(ListNotices(workspace: shop, limit: 100))
        #expect(notices.map(\.kind) == [.account, .comment, .template])
        #expect(notices[1].text == "12 euros" && notices[1].at == noon.adding(seconds: 1))
        #expect(notices[2].details == template.details)
        #expect(notices.allSatisfy { $0.channel == line.id })
        let page = ListNotices(workspace: shop, channel: line.id, limit: 1, before: notices[1].id)
        #expect(try store.notices(page) == [notices[2]])
        // Controls: another workspace's, and another channel's.
        #expect(try store.notices(ListNotices(workspace: WorkspaceID(rawValue: "ws_other"), limit: 9)).isEmpty)
        let other = ListNotices(workspace: shop, channel: ChannelID(rawValue: "ch_other"), limit: 9)
        #expect(try store.notices(other).isEmpty)
        #expect(try store.list().isEmpty && store.feed().changes.isEmpty)
    }

    @Test func aNoticeThatNamesAnErasedPersonGoesWithThem() throws {
        var mine = KindTests.event(.comment, "c1", from: ParticipantIdentity())
        mine.text = "call \(adasPhone.value)"
        var raw = KindTests.event(.account, "a1", from: ParticipantIdentity())
        raw.raw = KindTests.json(#"{"phone":"\#(adasPhone.value)"}"#)
        var later = KindTests.event(.account, "a2", from: ParticipantIdentity(), at: noon.adding(days: 1))
        later.raw = raw.raw
        var other = KindTests.event(.account, "a3", from: ParticipantIdentity())
        other.raw = KindTests.json(#"{"phone":"\#(bensPhone.value)"}"#)
        try store.append(mine, raw, later, other)
        var subject = Subject(workspace: shop, aliases: [adasPhone])
        subject.cutoff = noon

        #expect(try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).rows["notices"] == 2)
        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["notices"] == 2)
        #expect(try store.notices(ListNotices(workspace: shop, limit: 9)).map(\.raw) == [other.raw, later.raw])
    }

    /// A phone may be the beginning of another one.
    @Test func aNoticeWithALongerNumberStays() throws {
        var longer = KindTests.event(.account, "a1", from: ParticipantIdentity())
        longer.raw = KindTests.json(#"{"phone":"\#(adasPhone.value)7"}"#)
        var written = KindTests.event(.account, "a2", from: ParticipantIdentity())
        written.raw = KindTests.json(#"{"phone":"00\#(adasPhone.value)"}"#)
        try store.append(longer, written)

        #expect(try store.erase(adasPhone).rows["notices"] == 1)

        #expect(try store.notices(ListNotices(workspace: shop, limit: 9)).map(\.raw) == [longer.raw])
    }

    /// It may come late, or have been on its way while its person was erased.
    @Test func aNoticeOfBeforeAnErasureThatNamesThePersonStaysOut() throws {
        try store.place([.person(shop, line.account, adasPhone)], cutoff: noon)
        func notice(_ id: String, _ phone: String, at time: Timestamp = noon) -> ChannelEvent {
            var event = KindTests.event(.account, id, from: ParticipantIdentity(), at: time)
            event.raw = KindTests.json(#"{"caller":{"wa_id":"\#(phone)"}}"#)
            return event
        }
        var mine = KindTests.event(.comment, "c1", from: ParticipantIdentity())
        mine.text = "Call +\(adasPhone.value)."

        let response = try store.append(
            notice("a1", adasPhone.value), mine, notice("a2", bensPhone.value), notice("a3", adasPhone.value, at: noon.adding(seconds: 1)))

        #expect(response.keptOut == 2 && response.stored == 2)
        #expect(try store.notices(ListNotices(workspace: shop, limit: 9)).map(\.at) == [noon.adding(seconds: 1), noon])
    }

    /// What the business answers in public begins with the person's username as often as not.
    @Test func theAnswerToAnErasedPersonsCommentGoesWithItAndStaysOut() throws {
        func answer(_ id: String, to parent: String) -> ChannelEvent {
            var event = KindTests.event(.comment, id, from: ParticipantIdentity())
            event.text = "@ada.sample it is on its way"
            event.details = EventDetails()
            event.details?.comment = CommentPlace()
            event.details?.comment?.parent = parent
            return event
        }
        try store.append(KindTests.event(.comment, "c1"), answer("c2", to: "c1"))
        try store.append(KindTests.event(.comment, "c3", from: ben), answer("c4", to: "c3"))

        #expect(try store.erase(adasPhone).rows["notices"] == 1)
        #expect(try store.append(answer("c5", to: "c1")).keptOut == 1)

        // Control: the answer to somebody else stays, and another one comes in.
        #expect(try store.append(answer("c6", to: "c3")).stored == 1)
        #expect(try store.notices(ListNotices(workspace: shop, limit: 9)).map { $0.details?.comment?.parent } == ["c3", "c3"])
    }

    /// Whoever answered an erased person's comment keeps their own words, and nothing that names that comment.
    @Test func noIdOfAnErasedCommentStaysWithItsAnswers() throws {
        var answer = KindTests.event(.comment, "17960000000000002", from: ben)
        answer.text = "Me too"
        answer.raw = KindTests.json(
            #"{"value":{"parent_id":"17960000000000001","likes":[3,17960000000000001],"note":"of 17960000000000001"}}"#)
        answer.details = EventDetails()
        answer.details?.comment = CommentPlace()
        answer.details?.comment?.parent = "17960000000000001"
        answer.details?.comment?.media = "17970000000000001"
        try store.append(KindTests.event(.comment, "17960000000000001"), answer)
        try store.erase(adasPhone)

        let kept = try store.onlyMessages()

        #expect(kept.map(\.text) == ["Me too"])
        #expect(kept.map(\.details?.comment?.media) == ["17970000000000001"])
        #expect(kept.map(\.raw) == [KindTests.json(#"{"value":{"parent_id":"…","likes":[3,"…"],"note":"…"}}"#)])
        #expect(try !store.filesHold("17960000000000001"))
        // Control: what is kept is found.
        #expect(try store.filesHold("17970000000000001"))
    }

    // MARK: Identity

    private let former = ParticipantIdentity(bsuid: "DE.1", phone: "15550001111", name: "Ada Sample")
    private let current = ParticipantIdentity(bsuid: "DE.2", phone: "15550009999")

    private var change: ChannelEvent {
        var event = KindTests.event(.identity, "s1", from: current, at: noon.adding(seconds: 5))
        event.details = EventDetails()
        event.details?.previous = ParticipantIdentity(bsuid: "DE.1", phone: "15550001111")
        return event
    }

    @Test func whoChangedTheirNumberStaysWhoTheyAre() throws {
        try store.append(message("m1", from: former), change, message("m2", from: current, at: noon.adding(seconds: 9)))

        let conversation = try #require(try store.list().first)
        #expect(try store.list().count == 1)
        #expect(Set(conversation.participant.aliases.map(\.value)) == ["DE.1", "15550001111", "DE.2", "15550009999"])
        #expect(try store.read(conversation.id).messages.map(\.kind) == [.message, .identity, .message])
        // Control: without the platform's word they are two.
        try store.append(message("m3", from: ParticipantIdentity(bsuid: "DE.3", phone: "15550008888")))
        #expect(try store.list().count == 2)
    }

    /// In whatever order it came, and by whichever of the names: an erasure takes all of them.
    @Test(arguments: [[0, 1, 2], [0, 2, 1], [2, 0, 1], [2, 1, 0], [1, 0, 2], [1, 2, 0]], ["15550001111", "15550009999"])
    func anErasureByOneNameTakesTheWholeLineage(order: [Int], phone: String) throws {
        let events = [
            message("m1", from: former, "old words"), change, message("m2", from: current, "new words", at: noon.adding(seconds: 9))
        ]
        for index in order { try store.append(events[index]) }
        try store.append(message("b1", from: ben))
        store.clock.now = noon.adding(seconds: 60)

        try store.erase(Alias(.whatsapp, .phone, phone))

        #expect(try store.list().map(\.participant.name) == [ben.name])
        #expect(try store.rows("lineages") == 0 && store.rows("aliases") == 1 && store.rows("messages") == 1)
        for trace in ["old words", "new words", "15550001111", "15550009999", "DE.1", "DE.2"] { #expect(try !store.filesHold(trace)) }
        // What says it again comes too late.
        #expect(try store.append(events).keptOut == 3)
    }

    /// A number passes on: whoever has it now is not who had it.
    @Test func aFormerNumberThatIsSomebodyElsesNowStaysTheirs() throws {
        let other = ParticipantIdentity(bsuid: "DE.9", phone: "15550001111", name: "Somebody else")
        try store.append(message("m1", from: other, "their words", at: noon.adding(seconds: 9)))
        try store.append(message("m2", from: ParticipantIdentity(bsuid: "DE.1"), "old words"), change)
        store.clock.now = noon.adding(seconds: 60)

        try store.erase(Alias(.whatsapp, .bsuid, "DE.2"))

        #expect(try store.list().map(\.participant.name) == ["Somebody else"])
        #expect(try store.filesHold("their words"))
    }

    // MARK: Marketing

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func theLastWordOnMarketingCounts(order: [Int]) throws {
        func word(_ marketing: EventDetails.Marketing, _ id: String, at seconds: Int64) -> ChannelEvent {
            var event = KindTests.event(.preference, id, at: noon.adding(seconds: seconds))
            event.details = EventDetails()
            event.details?.marketing = marketing
            return event
        }
        let words = [word(.stop, "p1", at: 1), word(.resume, "p2", at: 2), word(.stop, "p3", at: 3)]

        for index in order { try store.append(words[index]) }
        #expect(try store.list().map(\.participant.marketingObjectionAt) == [noon.adding(seconds: 3)])
        #expect(try store.read(store.list()[0].id).participant.marketingObjectionAt == noon.adding(seconds: 3))
        // Of two at once the objection counts; a later word lifts it.
        try store.append(word(.resume, "p4", at: 3))
        #expect(try store.list().map(\.participant.marketingObjectionAt) == [noon.adding(seconds: 3)])
        try store.append(word(.resume, "p5", at: 4))
        #expect(try store.list().map(\.participant.marketingObjectionAt) == [nil])
        #expect(try store.onlyMessages().map(\.kind) == Array(repeating: .preference, count: 5))
    }

    // MARK: Statuses

    @Test(arguments: [true, false]) func whatTheStandingStatusSaidIsReadWithItsMessage(messageFirst: Bool) throws {
        var failed = status("w1", .failed, at: noon.adding(seconds: 1))
        failed.details = EventDetails()
        failed.details?.errors = KindTests.json(#"[{"code":131026}]"#)
        failed.details?.pricing = KindTests.json(#"{"billable":false}"#)
        let events = [echo("w1"), status("w1", .sent), failed]

        for event in messageFirst ? events : [events[2], events[1], events[0]] { try store.append(event) }

        let message = try #require(try store.onlyMessages().first)
        #expect(message.status == .failed)
        #expect(message.delivery == failed.details)
        try store.append(status("w1", .played, at: noon.adding(seconds: 2)))
        #expect(try store.onlyMessages().map(\.status) == [.played])
        #expect(try store.onlyMessages().map(\.delivery) == [nil])
    }

    // MARK: Erasure

    /// What names an erased message stays out whatever its time; what else a known person does after that is theirs.
    @Test(arguments: ChannelEvent.Kind.allCases.filter(\.needsTarget))
    func whatIsAboutAnErasedMessageStaysOut(kind: ChannelEvent.Kind) throws {
        try store.append(echo("w1"))
        store.clock.now = noon.adding(seconds: 10)
        try store.erase(adasPhone)
        try store.append(message("m2", at: noon.adding(days: 1)), echo("w2", at: noon.adding(days: 1)))

        #expect(try store.append(KindTests.event(kind, "e1", at: noon.adding(days: 2))).keptOut == 1)
        var other = KindTests.event(kind, "e2", at: noon.adding(days: 2))
        other.details?.target = "w2"
        #expect(try store.append(other).stored == 1)
    }

    @Test func thirdPersonsInAMessageGoWithIt() throws {
        var card = message("m1")
        card.type = "contacts"
        card.details = EventDetails()
        card.details?.content = KindTests.json(#"[{"name":{"formatted_name":"A third person (invented)"},"phones":[{"phone":"4915 99"}]}]"#)
        var failed = status("w1", .failed)
        failed.details = EventDetails()
        failed.details?.errors = KindTests.json(#"[{"message":"a trace in errors"}]"#)
        failed.raw = KindTests.json(#"{"biz_opaque_callback_data":"a trace in raw"}"#)
        var pending = failed
        pending.id = "w9"
        pending.raw = KindTests.json(#"{"biz_opaque_callback_data":"a waiting trace"}"#)
        try store.append(card, echo("w1"), failed, pending)
        let traces = ["A third person", "a trace in errors", "a trace in raw", "a waiting trace"]
        for trace in traces { #expect(try store.filesHold(trace)) }

        try store.erase(adasPhone)

        for trace in traces { #expect(try !store.filesHold(trace)) }
    }
}
