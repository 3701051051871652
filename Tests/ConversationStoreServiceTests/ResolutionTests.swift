import ConversationStoreContracts
import Domain
import SQLite
import Testing
import Wire

@testable import ConversationStoreService

/// What happens to a message finds it, whichever comes first.
@Suite struct ResolutionTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func messages() throws -> [Message] { try store.onlyMessages() }
    private func first(_ kind: ChannelEvent.Kind = .message) throws -> Message { try #require(try messages().first { $0.kind == kind }) }

    // MARK: Edits

    @Test(arguments: [false, true]) func aMessageReadsAsItsLastEditAndKeepsItsVersions(editsFirst: Bool) throws {
        let original = [message("m1", "one lamp")]
        let edits = [
            happening(.edit, "e2", to: "m1", "three lamps", at: noon.adding(seconds: 2)),
            happening(.edit, "e1", to: "m1", "two lamps", at: noon.adding(seconds: 1))
        ]
        for events in editsFirst ? [edits, original] : [original, edits] { try store.append(events) }
        try store.reopen()

        let read = try first()
        #expect(read.text == "three lamps" && read.firstText == "one lamp" && read.editedAt == noon.adding(seconds: 2))
        let versions = try messages().filter { $0.kind == .edit }
        #expect(versions.map(\.text) == ["three lamps", "two lamps"] && versions.allSatisfy { $0.about == read.id })
        #expect(try store.rows("waiting_events") == 0)
    }

    @Test func nobodyEditsOrWithdrawsWhatAnotherWrote() throws {
        try store.append(
            echo("w1", "our words"), message("b1", from: ben, "Ben's words"), happening(.edit, "e1", to: "w1", "their words"),
            happening(.unsend, "u1", to: "w1"), happening(.unsend, "u2", to: "b1"))

        let ours = try store.list().flatMap { try store.read($0.id).messages }.filter { $0.kind == .echo || $0.kind == .message }
        #expect(Set(ours.map(\.text)) == ["our words", "Ben's words"])
        #expect(ours.allSatisfy { $0.editedAt == nil && $0.withdrawnAt == nil })
        // The control: their own side may.
        try store.append(happening(.unsend, "u3", to: "w1", by: .business))
        #expect(try store.list().flatMap { try store.read($0.id).messages }.first { $0.kind == .echo }?.text == nil)
    }

    // MARK: Withdrawals

    @Test(arguments: [false, true]) func aWithdrawnMessageKeepsNothingOfWhatItSaid(withdrawnFirst: Bool) throws {
        var original = message("m1", "my secret lamp")
        original.details?.attachments = [Attachment(type: "image")]
        let rest = [
            happening(.edit, "e1", to: "m1", "my secret sofa"), happening(.reaction, "r1", to: "m1", by: .business, "secretly"),
            happening(.unsend, "u1", to: "m1", at: noon.adding(seconds: 9))
        ]
        for events in withdrawnFirst ? [rest.reversed(), [original]] : [[original], rest] { try store.append(events) }

        let read = try first()
        #expect(read.text == nil && read.details == nil && read.raw == nil && read.firstText == nil && read.reactions == nil)
        #expect(read.withdrawnAt == noon.adding(seconds: 9) && read.editedAt == nil)
        #expect(try messages().map(\.kind) == (withdrawnFirst ? [.unsend, .message] : [.message, .unsend]))
        #expect(try first(.unsend).about == read.id)
        // What comes about it later stays out; a repeat changes nothing.
        let late = [happening(.edit, "e1", to: "m1", "my secret sofa"), happening(.edit, "e9", to: "m1", "again", at: noon.adding(days: 1))]
        #expect(try store.append(late).keptOut == 2)
        #expect(try store.append(original).repeated == 1)
        #expect(try first() == read)
    }

    @Test func whoChangedTheirNumberWithdrawsWhatTheyWroteBefore() throws {
        let later = ParticipantIdentity(bsuid: "US.20002", phone: "15550001112")
        var change = ChannelEvent(kind: .identity, id: "i1", participant: later, sentAt: noon, receivedAt: noon)
        change.details = EventDetails()
        change.details?.previous = ParticipantIdentity(phone: ada.phone)
        // Known by the new name before the platform says whose it is.
        try store.append(
            message("m1", "my secret lamp"), message("m2", from: later), change, happening(.unsend, "u1", to: "m1", from: later))

        let said = try store.list().flatMap { try store.read($0.id).messages }.filter { $0.kind == .message }
        #expect(try store.list().count == 2)
        #expect(said.first { $0.withdrawnAt != nil }?.text == nil && said.count { $0.withdrawnAt != nil } == 1)
        #expect(said.first { $0.withdrawnAt == nil }?.text == "Hello")
    }

    @Test func noByteOfAWithdrawnMessageIsLeft() throws {
        try store.append(
            message("m1", "Elm Street 4"), happening(.edit, "e1", to: "m1", "Oak Street 5"), message("m2", "Ash Street 6"),
            happening(.reaction, "r1", to: "m1", "Fir"))
        #expect(try store.filesHold("Elm Street 4") && store.filesHold("Oak Street 5"))

        try store.append(happening(.unsend, "u1", to: "m1"))
        // The control: until the residue is gone the log holds them.
        #expect(try store.filesHold("Elm Street 4"))
        try store.service.residue.settle()

        #expect(try !store.filesHold("Elm Street 4") && !store.filesHold("Oak Street 5"))
        #expect(try store.filesHold("Ash Street 6"))
    }

    @Test(arguments: [false, true]) func theFeedSaysThatAMessageWasWithdrawn(withdrawnFirst: Bool) throws {
        let events = [message("m1"), happening(.unsend, "u1", to: "m1")]
        for event in withdrawnFirst ? events.reversed() : events { try store.append(event) }

        // Nobody answers what was withdrawn.
        #expect(try store.feed().changes.map(\.kind) == [.messageWithdrawn, .messageWithdrawn])
    }

    @Test func ourReplyToAWithdrawnEchoBringsNoWordsBack() throws {
        try store.append(echo("w1", "our words"), happening(.unsend, "u1", to: "w1", by: .business))

        #expect(try store.append(reply("w1", "our words")).keptOut == 1)
        #expect(try first(.echo).text == nil)
    }

    // MARK: Reactions and reads

    @Test(arguments: [false, true]) func theLastReactionOfEachSideStands(reactionsFirst: Bool) throws {
        let reactions = [
            happening(.reaction, "r3", to: "w1", by: .business, "ok", at: noon.adding(seconds: 3)),
            happening(.reaction, "r2", to: "w1", "+1", at: noon.adding(seconds: 2)),
            happening(.reaction, "r1", to: "w1", "-1", at: noon.adding(seconds: 1))
        ]
        for events in reactionsFirst ? [reactions, [echo("w1")]] : [[echo("w1")], reactions] { try store.append(events) }
        #expect(
            try first(.echo).reactions
                == [
                    Reaction(by: .participant, "+1", at: noon.adding(seconds: 2)),
                    Reaction(by: .business, "ok", at: noon.adding(seconds: 3))
                ])

        try store.append(happening(.reaction, "r4", to: "w1", at: noon.adding(seconds: 4)))
        #expect(try first(.echo).reactions?.map(\.author) == [.business])
    }

    @Test(arguments: [false, true]) func whoReadsAMessageHasReadThoseBefore(readFirst: Bool) throws {
        let sent = (1...3).map { echo("w\($0)", at: noon.adding(seconds: $0)) }
        let read = [happening(.read, "r1", to: "w2", at: noon.adding(seconds: 9))]
        for events in readFirst ? [read, sent] : [sent, read] { try store.append(events) }

        #expect(try messages().filter { $0.kind == .echo }.map(\.status) == [.read, .read, nil])
    }

    @Test func whatFailedOrWasPlayedStaysSo() throws {
        try store.append(echo("w1"), status("w1", .failed), echo("w2"), status("w2", .played), happening(.read, "r1", to: "w2"))

        #expect(try messages().filter { $0.kind == .echo }.map(\.status) == [.failed, .played])
    }

    // MARK: Any order

    private static let events: [ChannelEvent] = [ada, ben].flatMap { person -> [ChannelEvent] in
        let name = person.phone ?? ""
        func time(_ seconds: Int64) -> Timestamp { noon.adding(seconds: seconds) }
        return (0..<4).flatMap { (n: Int64) -> [ChannelEvent] in
            [
                message("m\(n)\(name)", from: person, "first \(n)", at: time(n)),
                echo("w\(n)\(name)", to: person, "answer \(n)", at: time(n)),
                happening(.edit, "e\(n)\(name)", to: "m\(n)\(name)", from: person, "second \(n)", at: time(n + 10)),
                happening(.edit, "f\(n)\(name)", to: "m\(n)\(name)", from: person, "third \(n)", at: time(n + 20)),
                happening(.reaction, "r\(n)\(name)", to: "w\(n)\(name)", from: person, "+", at: time(n + 10)),
                happening(.reaction, "s\(n)\(name)", to: "w\(n)\(name)", from: person, n == 1 ? nil : "-", at: time(n + 20))
            ]
                + (n == 2
                    ? [
                        happening(.read, "d\(n)\(name)", to: "w\(n)\(name)", from: person, at: time(30)),
                        happening(.unsend, "u\(n)\(name)", to: "m\(n)\(name)", from: person, at: time(31)),
                        happening(.unsend, "v\(n)\(name)", to: "w\(n)\(name)", from: person, by: .business, at: time(32))
                    ] : [])
        } + [
            // A reply whose id nobody told, its echo, and what is said of that.
            reply(ChannelEvent.id(ofReply: RequestKey("k\(name)")), to: person, "replied", at: time(40)),
            echo("x\(name)", to: person, "replied", at: time(41)), status("x\(name)", .delivered, to: person, at: time(42)),
            status("x\(name)", .played, to: person, at: time(43)),
            happening(.reaction, "y\(name)", to: "x\(name)", from: person, "!", at: time(44)),
            captioned(message("p\(name)", from: person, at: time(50)), "first caption"),
            captioned(happening(.edit, "q\(name)", to: "p\(name)", from: person, at: time(51)), "second caption"),
            captioned(happening(.edit, "z\(name)", to: "p\(name)", from: person, at: time(52)), "third caption"),
            comment("c\(name)", from: person, answering: nil, at: time(60)),
            comment("d\(name)", from: person == ada ? ben : ada, answering: "c\(name)", at: time(61))
        ]
    }

    private static func captioned(_ event: ChannelEvent, _ caption: String) -> ChannelEvent {
        var event = event
        event.text = nil
        event.details = event.details ?? EventDetails()
        event.details?.attachments = [Attachment(type: "image")]
        event.details?.attachments?[0].caption = caption
        return event
    }

    private static func comment(
        _ id: String, from person: ParticipantIdentity, answering parent: String?, at time: Timestamp
    ) -> ChannelEvent {
        var event = message(id, from: person, "comment \(id)", at: time)
        event.kind = .comment
        event.details = EventDetails()
        event.details?.comment = CommentPlace()
        event.details?.comment?.media = "media-1"
        event.details?.comment?.parent = parent
        return event
    }

    @Test(arguments: 1...12) func everyOrderLeadsToOneState(seed: UInt64) throws {
        let inOrder = try state(after: [ResolutionTests.events])

        var dice = Dice(seed)
        var rest = (ResolutionTests.events + ResolutionTests.events.filter { _ in Bool.random(using: &dice) }).shuffled(using: &dice)[...]
        var deliveries: [[ChannelEvent]] = []
        while !rest.isEmpty {
            let count = Int.random(in: 1...7, using: &dice)
            deliveries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }

        #expect(try state(after: deliveries) == inOrder)
        #expect(inOrder.contains { $0.contains("third 1") && $0.contains("first 1") })
        #expect(
            inOrder.filter { $0.contains("replied") }.map { $0.contains("reply") && $0.contains("played") && $0.contains("!") } == [
                true, true
            ])
        #expect(inOrder.count { $0.contains("third caption") && $0.hasPrefix("message") } == 2)
        #expect(inOrder.count { $0.contains("comment d") && !$0.contains(" - []") } == 2)
    }

    /// All that can be read, without the numbers that the order of arrival gives.
    private func state(after deliveries: [[ChannelEvent]]) throws -> [String] {
        let store = try StoreFixture()
        for delivery in deliveries { try store.append(delivery) }
        #expect(try store.rows("waiting_events") == 0)
        return try store.list().flatMap { conversation in
            let messages = try store.read(conversation.id).messages
            let ids = Dictionary(uniqueKeysWithValues: messages.map { ($0.id, "\($0.kind) \($0.sentAt.rawValue)") })
            return messages.map { message in
                let about = message.about.map { ids[$0] ?? "lost" } ?? "-"
                let reactions = (message.reactions ?? []).map { "\($0.author) \($0.emoji)" }
                let (first, withdrawn) = (message.firstText ?? "-", message.withdrawnAt?.rawValue ?? 0)
                let status = message.status?.rawValue ?? "-"
                let captions = message.details?.attachments?.compactMap(\.caption).joined() ?? ""
                return
                    "\(message.kind) \(message.sentAt.rawValue) \(message.text ?? "-") \(first) \(withdrawn) \(status) \(captions) \(about) \(reactions)"
            }
        }.sorted()
    }

    @Test func whatWaitsInVainStopsWaiting() throws {
        for number in 0..<6 { try store.append(happening(.edit, "old\(number)", to: "m\(number)")) }
        store.clock.now = noon.adding(days: 31)
        for number in 0..<2 { try store.append(happening(.edit, "new\(number)", to: "n\(number)", at: store.clock.now)) }

        #expect(try store.rows("waiting_events") == 2)
        #expect(try messages().count == 8)
    }
}
