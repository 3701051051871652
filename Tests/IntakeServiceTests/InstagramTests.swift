import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import IntakeService

struct InstagramTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    private func portions(_ body: String) throws -> [Portion] {
        try #require(InstagramDelivery.portions(of: try JSONView(checking: Array(body.utf8)), receivedAt: receivedAt, keys: keys))
    }

    private func event(_ body: String) throws -> ChannelEvent {
        let portions = try portions(Instagram.delivery(body))
        return try #require(portions.first?.events.first).event
    }

    @Test func aTextMessageIsTheSendersOwn() throws {
        let event = try event(Instagram.text("hello", mid: "mid.1"))

        #expect(event.kind == .message)
        #expect(event.id == "mid.1")
        #expect(event.participant == ParticipantIdentity(igsid: Instagram.mara))
        #expect(event.sentAt == Timestamp(rawValue: Instagram.sentAt))
        #expect(event.receivedAt == receivedAt)
        #expect(event.type == "text")
        #expect(event.text == "hello")
        #expect(event.raw == nil)
    }

    @Test func anEchoIsAboutItsRecipient() throws {
        let event = try event(Instagram.echo("we are open", mid: "mid.2"))

        #expect(event.kind == .echo)
        #expect(event.participant.igsid == Instagram.mara)
        #expect(event.text == "we are open")
    }

    @Test func whatATextCarriesBesidesIsKeptAsItCame() throws {
        let event = try event(Instagram.event(#""message":{"mid":"mid.3","text":"this one","reply_to":{"mid":"mid.2"}}"#))

        #expect(event.kind == .message)
        let raw = try #require(event.raw)
        #expect(String(decoding: raw.bytes, as: UTF8.self).contains(#""reply_to":{"mid":"mid.2"}"#))
    }

    @Test(arguments: [
        (#""message":{"mid":"mid.4","is_unsupported":true}"#, "unsupported"),
        (#""message":{"mid":"mid.4","is_deleted":true}"#, "unsend"),
        (#""reaction":{"mid":"mid.4","action":"react","reaction":"love"}"#, "reaction"),
        (#""read":{"mid":"mid.4"}"#, "read"),
        (#""postback":{"mid":"mid.4","title":"Start","payload":"START"}"#, "postback"),
        (#""message_edit":{"mid":"mid.4","text":"better","num_edit":"1"}"#, "message_edit"),
        (#""something_new":{"a":1}"#, "something_new")
    ])
    func everythingElseAboutAPersonIsKeptUninterpreted(content: String, type: String) throws {
        let event = try event(Instagram.event(content))

        #expect(event.kind == .other)
        #expect(event.type == type)
        #expect(event.text == nil)
        #expect(event.participant.igsid == Instagram.mara)
        #expect(event.raw?.bytes == Array(Instagram.event(content).utf8))
    }

    /// The person writes anew, if not in words: after an erasure that begins a new relationship, as a text does.
    @Test(arguments: [
        (#""message":{"mid":"mid.4","attachments":[{"type":"image","payload":{"url":"https://example.org/1"}}]}"#, "image"),
        (#""message":{"mid":"mid.4","attachments":{"type":"like_heart"}}"#, "like_heart")
    ])
    func aMessageWithoutWordsIsAMessage(content: String, type: String) throws {
        let event = try event(Instagram.event(content))

        #expect(event.kind == .message)
        #expect(event.id == "mid.4")
        #expect(event.type == type)
        #expect(event.text == nil)
        #expect(event.raw?.bytes == Array(Instagram.event(content).utf8))
    }

    /// A reaction, a read, an edit and an unsend name the message that they are about: that must not make one event of them all.
    @Test func eventsAboutOneMessageAreDifferentEvents() throws {
        let contents = [
            #""message":{"mid":"mid.5","attachments":[{"type":"image"}]}"#, #""reaction":{"mid":"mid.5","action":"react"}"#,
            #""reaction":{"mid":"mid.5","action":"unreact"}"#, #""read":{"mid":"mid.5"}"#, #""message":{"mid":"mid.5","is_deleted":true}"#,
            #""message_edit":{"mid":"mid.5","text":"a","num_edit":1}"#, #""message_edit":{"mid":"mid.5","text":"b","num_edit":2}"#
        ]
        let ids = try contents.map { try event(Instagram.event($0)).id }

        #expect(Set(ids).count == contents.count)
        #expect(try contents.map { try event(Instagram.event($0)).id } == ids)
    }

    @Test func aGarbageTimeIsTheTimeOfReceiptAndItsKeyFallsIntoThePartitionWithoutTime() throws {
        let odd =
            #"{"sender":{"id":"\#(Instagram.mara)"},"recipient":{"id":"\#(Instagram.business)"},"timestamp":"soon","message":{"mid":"mid.6","text":"hi"}}"#
        let portions = try portions(Instagram.delivery(odd))
        let received = try #require(portions.first?.events.first)

        #expect(received.event.sentAt == receivedAt)
        #expect(received.day == InboxKeys.timelessDay)
    }

    @Test func aTextLongerThanTheWireTakesIsKeptUninterpreted() throws {
        #expect(try event(Instagram.text(String(repeating: "x", count: 65_536), mid: "mid.7")).text?.utf8.count == 65_536)
        let long = try event(Instagram.text(String(repeating: "x", count: 65_537), mid: "mid.7"))
        #expect(long.kind == .message && long.text == nil && long.raw != nil)
    }

    @Test func whatNamesNobodyIsLeftOver() throws {
        let toItself = Instagram.event(#""message":{"mid":"mid.8","text":"note","is_self":true}"#, from: Instagram.business)
        let nameless = #"{"recipient":{"id":"\#(Instagram.business)"},"timestamp":1767225000000,"read":{"mid":"mid.8"}}"#
        let portion = try #require(try portions(Instagram.delivery(toItself, nameless, "17", Instagram.text("hi", mid: "mid.9"))).first)

        #expect(portion.events.map(\.event.id) == ["mid.9"])
        #expect(portion.leftovers.map { String(decoding: $0, as: UTF8.self) } == [toItself, nameless, "17"])
    }

    @Test func commentsAndTheTestButtonAreLeftOverForNow() throws {
        let comment = #"{"field":"comments","value":{"from":{"id":"1","username":"someone"},"text":"nice"}}"#
        let changes = #"{"id":"\#(Instagram.business)","time":1,"changes":[\#(comment)]}"#
        let flat = #"{"id":"\#(Instagram.business)","time":1,"field":"comments","value":{"id":"2","text":"nice"}}"#
        let portions = try portions(Instagram.body(changes, flat))

        #expect(portions.flatMap(\.events).isEmpty)
        #expect(portions.flatMap(\.leftovers).map { String(decoding: $0, as: UTF8.self) } == [comment, flat])
    }

    /// The webhook's reader lets pass what the mesh's refuses: such an event must reach the store, and not hold up what is behind it.
    @Test(arguments: [#""x":"\ud800""#, #""x":123456789012345678901234567890"#, #""x":1e999"#])
    func whatTheMeshWouldRefuseTravelsAsText(content: String) throws {
        let portions = try portions(Instagram.delivery(Instagram.event(content)))
        let received = try #require(portions.first?.events.first)

        _ = try FieldVisitor.read(ChannelEvent.self, from: received.json)
        #expect(received.event.raw?.bytes.first == UInt8(ascii: "\""))
    }

    @Test func anEventAsDeepAsTheDoorAllowsStillFitsAFrame() throws {
        let nested = String(repeating: "[", count: 59) + String(repeating: "]", count: 59)
        let portions = try portions(Instagram.delivery(Instagram.event(#""x":\#(nested)"#)))
        let received = try #require(portions.first?.events.first)
        let request = AppendEvents(
            key: RequestKey("k"), workspace: WorkspaceID(rawValue: "w"), channel: ChannelID(rawValue: "c"),
            account: IntakeFixture.instagram,
            events: [received.event])
        let store = FakeConversationStore()
        store.behave(.takes)

        guard case .ok = store.transport.call(request) else {
            Issue.record("the mesh refused an event that the door took")
            return
        }
        #expect(throws: (any Error).self) { try JSONView(checking: Array(Instagram.delivery(Instagram.event(#""x":[\#(nested)]"#)).utf8)) }
    }
}
