import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import IntakeService

/// What the fixtures of single shapes can't say.
struct InstagramTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    private func received(_ content: String...) throws -> [ReceivedEvent] {
        let body = try JSONView(checking: Array(Instagram.delivery(content).utf8))
        return try #require(InstagramDelivery.updates(of: body, receivedAt: receivedAt, keys: keys)).compactMap(\.received)
    }

    private func event(_ content: String) throws -> ChannelEvent { try #require(try received(content).first).event }

    /// A reaction, a read, an edit and an unsend name the message that they are about: that must not make one event of them all.
    @Test func eventsAboutOneMessageAreDifferentEvents() throws {
        let contents = [
            #""message":{"mid":"mid.5","attachments":[{"type":"image"}]}"#, #""reaction":{"mid":"mid.5","action":"react"}"#,
            #""reaction":{"mid":"mid.5","action":"unreact"}"#, #""read":{"mid":"mid.5"}"#, #""message":{"mid":"mid.5","is_deleted":true}"#,
            #""message_edit":{"mid":"mid.5","text":"a","num_edit":1}"#, #""message_edit":{"mid":"mid.5","text":"b","num_edit":2}"#,
            #""message_edit":{"mid":"mid.5","num_edit":0}"#
        ]
        let ids = try contents.map { try event(Instagram.event($0)).id }

        #expect(Set(ids).count == contents.count)
        #expect(try contents.map { try event(Instagram.event($0)).id } == ids)
        #expect(try event(Instagram.event(contents[1], at: Instagram.sentAt + 1)).id != ids[1])
    }

    /// One edit, however its count is written.
    @Test func anEditIsOneInWhicheverForm() throws {
        let forms = ["1", #""1""#].map { Instagram.event(#""message_edit":{"mid":"mid.5","text":"a","num_edit":\#($0)}"#) }

        #expect(try event(forms[0]).id == event(forms[1]).id)
    }

    @Test func aGarbageTimeIsTheTimeOfReceiptAndItsKeyHasNoDayOfItsOwn() throws {
        let odd =
            #"{"sender":{"id":"\#(Instagram.mara)"},"recipient":{"id":"\#(Instagram.business)"},"timestamp":"soon","message":{"mid":"mid.6","text":"hi"}}"#
        let received = try #require(try received(odd).first)

        #expect(received.event.sentAt == receivedAt)
        #expect(received.day == nil)
    }

    @Test func aTextLongerThanTheWireTakesIsKeptUninterpreted() throws {
        #expect(try event(Instagram.text(String(repeating: "x", count: 65_536), mid: "mid.7")).text?.utf8.count == 65_536)
        let long = try event(Instagram.text(String(repeating: "x", count: 65_537), mid: "mid.7"))
        #expect(long.kind == .message && long.text == nil && long.raw != nil)
    }

    @Test func aReferenceLongerThanTheWireTakesStaysInTheRawEvent() throws {
        let url = "https://cdn.example/" + String(repeating: "x", count: Attachment.urlLengthMax)
        let event = try event(Instagram.event(#""message":{"mid":"mid.1","attachments":[{"type":"image","payload":{"url":"\#(url)"}}]}"#))

        #expect(event.details?.attachments?.map(\.type) == ["image"])
        #expect(event.raw.map { String(decoding: $0.bytes, as: UTF8.self).contains(url) } == true)
    }

    /// The webhook's reader lets pass what the mesh's refuses: such an event must reach the store, and not hold up what is behind it.
    @Test(arguments: [#""x":"\ud800""#, #""x":123456789012345678901234567890"#, #""x":1e999"#])
    func whatTheMeshWouldRefuseTravelsAsText(content: String) throws {
        for event in [Instagram.event(content), Instagram.event(#""postback":{"mid":"mid.1","payload":{\#(content)}}"#)] {
            let received = try #require(try received(event).first)

            _ = try FieldVisitor.read(ChannelEvent.self, from: received.json)
            #expect(received.event.raw?.bytes.first == UInt8(ascii: "\""))
        }
    }

    @Test func anEventAsDeepAsTheDoorAllowsStillFitsAFrame() throws {
        let nested = String(repeating: "[", count: 59) + String(repeating: "]", count: 59)
        let received = try #require(try received(Instagram.event(#""x":\#(nested)"#)).first)
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

extension Update {
    /// The event that it holds.
    var received: ReceivedEvent? {
        switch content {
        case .event(let received): received
        case .broken, .accountEnded, .addressBook, .test: nil
        }
    }
}
