import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import IntakeService

struct WhatsAppTests {
    private let receivedAt = Timestamp(rawValue: 1_767_225_600_000)
    private let keys = InboxKeys(key: Array(repeating: 7, count: 32))

    private func portion(_ value: String, field: String = "messages") throws -> Portion {
        let view = try JSONView(checking: Array(WhatsApp.delivery(value, field: field).utf8))
        return try #require(WhatsAppDelivery.portions(of: view, receivedAt: receivedAt, keys: keys)?.first)
    }

    private func event(_ value: String) throws -> ChannelEvent { try #require(try portion(value).events.first).event }

    @Test func aTextMessageHasAllNamesThatTheDeliveryGives() throws {
        let event = try event(WhatsApp.messages(WhatsApp.text("hello", id: "wamid.1"), contacts: WhatsApp.contact()))

        #expect(event.kind == .message)
        #expect(event.id == "wamid.1")
        #expect(event.text == "hello")
        #expect(event.sentAt == Timestamp(rawValue: WhatsApp.sentAtSeconds * 1000))
        #expect(event.participant == ParticipantIdentity(bsuid: WhatsApp.jonasID, phone: WhatsApp.jonas, name: "Jonas (invented)"))
        #expect(event.raw == nil)
    }

    @Test func aPersonWithoutAPhoneIsKnownByTheirUserID() throws {
        let text = WhatsApp.text("hello", id: "wamid.2", from: nil, user: WhatsApp.jonasID)
        let event = try event(WhatsApp.messages(text, contacts: WhatsApp.contact(wa: nil)))

        #expect(event.participant == ParticipantIdentity(bsuid: WhatsApp.jonasID, name: "Jonas (invented)"))
    }

    @Test func anotherPersonsContactAddsNothing() throws {
        let other = WhatsApp.contact(wa: "491510000002", user: "DE.2", name: "Somebody else (invented)")
        let event = try event(WhatsApp.messages(WhatsApp.text("hello", id: "wamid.3"), contacts: other))

        #expect(event.participant == ParticipantIdentity(phone: WhatsApp.jonas))
    }

    @Test(arguments: [
        (#""type":"reaction","reaction":{"message_id":"wamid.1","emoji":""}"#, "reaction"),
        (#""type":"edit","edit":{"original_message_id":"wamid.1","message":{"type":"text"}}"#, "edit"),
        (#""type":"revoke","revoke":{"original_message_id":"wamid.1"}"#, "revoke"),
        (#""type":"text","group_id":"group-1","text":{"body":"to all"}"#, "text"),
        (#""type":"hologram","hologram":{}"#, "hologram")
    ])
    func otherTypesAreKeptUninterpreted(content: String, type: String) throws {
        let message = WhatsApp.message(content, id: "wamid.4")
        let event = try event(WhatsApp.messages(message))

        #expect(event.kind == .other)
        #expect(event.type == type)
        #expect(event.id == "wamid.4")
        #expect(event.raw?.bytes == Array(message.utf8))
    }

    /// The person writes anew, if not in words: after an erasure that begins a new relationship, as a text does.
    @Test(arguments: [
        (#""type":"image","image":{"id":"1","mime_type":"image/jpeg"}"#, "image"),
        (#""type":"contacts","contacts":[{"name":{"formatted_name":"A third person (invented)"}}]"#, "contacts")
    ])
    func aMessageWithoutWordsIsAMessage(content: String, type: String) throws {
        let message = WhatsApp.message(content, id: "wamid.4")
        let event = try event(WhatsApp.messages(message))

        #expect(event.kind == .message)
        #expect(event.type == type)
        #expect(event.text == nil)
        #expect(event.raw?.bytes == Array(message.utf8))
    }

    @Test(arguments: [
        ("sent", ChannelEvent.Status.sent), ("delivered", .delivered), ("read", .read), ("played", .read), ("failed", .failed)
    ])
    func aStatusIsAboutTheMessageThatItNames(word: String, status: ChannelEvent.Status) throws {
        let event = try event(WhatsApp.statuses(WhatsApp.status(word, of: "wamid.5")))

        #expect(event.kind == .status)
        #expect(event.id == "wamid.5")
        #expect(event.status == status)
        #expect(event.participant == ParticipantIdentity(phone: WhatsApp.jonas))
    }

    @Test func whatAStatusSaysBesidesIsKeptAsItCame() throws {
        let errors = #","errors":[{"code":131026,"title":"Undeliverable"}]"#
        let event = try event(WhatsApp.statuses(WhatsApp.status("failed", of: "wamid.6", more: errors)))

        #expect(event.status == .failed)
        #expect(event.raw.map { String(decoding: $0.bytes, as: UTF8.self).contains("131026") } == true)
    }

    @Test func anUnknownStatusIsKeptUninterpreted() throws {
        let event = try event(WhatsApp.statuses(WhatsApp.status("warned", of: "wamid.7")))

        #expect(event.kind == .other)
        #expect(event.status == nil)
        #expect(event.id != "wamid.7")
    }

    @Test func whatNamesNobodyIsLeftOver() throws {
        let nameless = WhatsApp.message(#""type":"text","text":{"body":"who am I"}"#, id: "wamid.8", from: nil)
        let portion = try portion(WhatsApp.messages(nameless, WhatsApp.text("hi", id: "wamid.9")))

        #expect(portion.events.map(\.event.id) == ["wamid.9"])
        #expect(portion.leftovers.map { String(decoding: $0, as: UTF8.self) } == [nameless])
    }

    @Test(arguments: ["message_template_status_update", "account_update", "smb_message_echoes", "history", "smb_app_state_sync"])
    func otherFieldsAreLeftOverForNow(field: String) throws {
        let portion = try portion(#""event":"X""#, field: field)

        #expect(portion.events.isEmpty)
        #expect(portion.leftovers.count == 1)
    }

    @Test func anEntryIsSplitByTheNumberThatItIsFor() throws {
        let changes = [
            WhatsApp.change(WhatsApp.messages(WhatsApp.text("a", id: "wamid.10"))),
            WhatsApp.change(WhatsApp.messages(WhatsApp.text("b", id: "wamid.11")), number: "100000000000002")
        ]
        let body = #"{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[\#(changes.joined(separator: ","))]}]}"#
        let portions = WhatsAppDelivery.portions(of: try JSONView(checking: Array(body.utf8)), receivedAt: receivedAt, keys: keys)

        #expect(portions?.map(\.account) == [IntakeFixture.whatsapp, Account(.whatsapp, "100000000000002")])
    }
}
