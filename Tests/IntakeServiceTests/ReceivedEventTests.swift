import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import IntakeService

/// Whatever the door lets in the store can be sent: one event that it could not would hold up all behind it.
struct ReceivedEventTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    /// As deep as the reader of bodies takes it.
    private func nested(below depth: Int) -> String {
        String(repeating: "[", count: JSONReader.depthMax - depth) + String(repeating: "]", count: JSONReader.depthMax - depth)
    }

    private func sent(_ event: ReceivedEvent) -> Bool {
        let request = AppendEvents(
            key: RequestKey("k"), workspace: WorkspaceID(rawValue: "w"), channel: ChannelID(rawValue: "c"), account: IntakeFixture.whatsapp,
            events: [event.event])
        let store = FakeConversationStore()
        store.behave(.takes)
        if case .ok = store.transport.call(request) { return true }
        return false
    }

    /// A provider's flat body and a flat comment have less around an event than our own frame has.
    @Test func theDeepestEventFitsAFrame() throws {
        let message = #"{"from":"491510000001","id":"w1","timestamp":"1767225000","type":"hologram","hologram":\#(nested(below: 3))}"#
        let flat = try JSONView(checking: Array(#"{"messages":[\#(message)]}"#.utf8))
        let value = #"{"id":"c1","from":{"id":"6200000000000001"},"text":"hi","odd":\#(nested(below: 4))}"#
        let entry = #"{"id":"17841400000000001","time":1767225000,"field":"comments","value":\#(value)}"#
        let comment = try JSONView(checking: Array(#"{"object":"instagram","entry":[\#(entry)]}"#.utf8))
        let updates =
            try #require(WhatsAppDelivery.updates(ofFlat: flat, receivedAt: receivedAt, keys: keys))
            + #require(InstagramDelivery.updates(of: comment, receivedAt: receivedAt, keys: keys))
        let events = updates.compactMap(\.received)

        #expect(events.map(\.event.id) == ["w1", "c1"])
        for event in events {
            #expect(sent(event), "\(event.event.id)")
            // Too deep for a frame, it travels as text.
            #expect(event.event.raw?.bytes.first == UInt8(ascii: "\""))
        }
    }

    /// Control: as it came, the store's reader would refuse it, and the connection would close.
    @Test func anEventThatIsTooDeepIsRefusedByAFrame() throws {
        var event = ChannelEvent(
            kind: .other, id: "w1", participant: ParticipantIdentity(phone: "491510000001"), sentAt: receivedAt, receivedAt: receivedAt)
        event.raw = RawJSON(checked: Array(nested(below: 3).utf8))
        #expect(ReceivedEvent(event, day: 0) == nil)
        event.raw = RawJSON(checked: Array(nested(below: 4).utf8))
        #expect(ReceivedEvent(event, day: 0).map(sent) == true)
    }
}
