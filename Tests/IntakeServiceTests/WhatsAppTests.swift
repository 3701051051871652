import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import IntakeService

/// What the fixtures of single shapes can't say.
struct WhatsAppTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    private func updates(_ body: String) throws -> [Update] {
        try #require(
            WhatsAppDelivery.updates(of: try JSONView(checking: Array(body.utf8)), receivedAt: receivedAt, keys: keys))
    }

    private func event(_ value: String) throws -> ChannelEvent {
        try #require(try updates(WhatsApp.delivery(value)).first?.received).event
    }

    @Test func anotherPersonsContactAddsNothing() throws {
        let other = WhatsApp.contact(wa: "491510000002", user: "DE.2", name: "Somebody else (invented)")
        let event = try event(WhatsApp.messages(WhatsApp.text("hello", id: "wamid.3"), contacts: other))

        #expect(event.participant == ParticipantIdentity(phone: WhatsApp.jonas))
    }

    /// The phone has passed on: the contact that still has it is another person.
    @Test func aContactOfAnotherUserIDAddsNothing() throws {
        let text = WhatsApp.text("hello", id: "wamid.3", user: "DE.2")
        let event = try event(WhatsApp.messages(text, contacts: WhatsApp.contact()))

        #expect(event.participant == ParticipantIdentity(bsuid: "DE.2", phone: WhatsApp.jonas))
    }

    @Test func anEntryIsSplitByTheNumberThatItIsFor() throws {
        let changes = [
            WhatsApp.change(WhatsApp.messages(WhatsApp.text("a", id: "wamid.10"))),
            WhatsApp.change(WhatsApp.messages(WhatsApp.text("b", id: "wamid.11")), number: "100000000000002")
        ]
        let body = #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[\#(changes.joined(separator: ","))]}]}"#

        let recipients = try updates(body).map(\.recipient)

        #expect(recipients.map(\.account) == [IntakeFixture.whatsapp, Account(.whatsapp, "100000000000002")])
        #expect(recipients.map(\.business) == ["1", "1"])
    }

    /// Of all contacts that came along, a piece holds those of its own message alone.
    @Test func aPieceNamesNobodyElse() throws {
        let other = WhatsApp.contact(wa: "491510000002", user: "DE.2", name: "Somebody else (invented)")
        let value = WhatsApp.messages(
            WhatsApp.text("a", id: "wamid.10"), WhatsApp.text("b", id: "wamid.11", from: "491510000002"),
            contacts: "\(WhatsApp.contact()),\(other)")
        let pieces = try updates(WhatsApp.delivery(value)).map { String(decoding: $0.piece(), as: UTF8.self) }

        #expect(pieces.map { $0.contains(WhatsApp.jonas) } == [true, false])
        #expect(pieces.map { $0.contains("491510000002") } == [false, true])
        #expect(pieces.map { $0.contains("Somebody else") } == [false, true])
    }
}
