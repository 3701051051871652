import ConversationStoreContracts
import Domain
import HolderContracts
import Testing
import Wire

/// Who stands on a contact card is a person of their own.
@Suite struct ThirdPersonTests {
    private let store: StoreFixture
    private let carla = Alias(.whatsapp, .phone, "15550007777")

    init() throws { store = try StoreFixture() }

    private func cards(_ cards: String..., from person: ParticipantIdentity = ben, id: String = "b1", at time: Timestamp = noon)
        -> ChannelEvent
    {
        var event = message(id, from: person, at: time)
        event.type = "contacts"
        event.text = nil
        event.details = EventDetails()
        event.details?.content = RawJSON(checked: Array("[\(cards.joined(separator: ","))]".utf8))
        return event
    }

    private let carlas = #"{"name":{"formatted_name":"Carla Third"},"phones":[{"phone":"+1 555 000-7777","type":"CELL"}]}"#
    private let dons = #"{"name":{"formatted_name":"Don Fourth"},"phones":[{"phone":"+1 (555) 000 8888","wa_id":"15550008888"}]}"#

    private func content() throws -> String? {
        try store.onlyMessages().first?.details?.content.map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test func aCardGoesWithItsPersonAndNothingElseDoes() throws {
        try store.append(cards(carlas, dons))
        #expect(try store.filesHold("Carla Third"))
        let asked = CollectSubject(subject: Subject(workspace: shop, aliases: [carla]))
        #expect(try store.answer(asked, as: .deletionCoordinator).rows["mentions"] == 1)

        let receipt = try store.erase(carla)

        #expect(receipt.rows["mentions"] == 1 && receipt.rows["messages"] == 0)
        #expect(try content() == "[\(dons)]")
        #expect(try !store.filesHold("Carla Third") && !store.filesHold("000-7777"))
        #expect(try store.filesHold("Don Fourth"))
        #expect(try store.answer(asked, as: .deletionCoordinator).rows["mentions"] == 0)
        // The other one on the same message is still to be found.
        #expect(try store.erase(Alias(.whatsapp, .phone, "15550008888")).rows["mentions"] == 2)  // Of this deletion, both.
        #expect(try content() == nil && store.onlyMessages().count == 1)
    }

    /// The control of the test above: a number that is on no card.
    @Test func anotherNumberTakesNoCard() throws {
        try store.append(cards(carlas))

        #expect(try store.erase(Alias(.whatsapp, .phone, "5550007777")).rows["mentions"] == 0)
        #expect(try content() == "[\(carlas)]")
    }

    @Test func anotherWorkspacesCardsAndThoseOfLaterStay() throws {
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        try store.append([cards(carlas)], on: elsewhere)
        try store.append(cards(carlas), cards(carlas, id: "b2", at: noon.adding(days: 1)))
        var subject = Subject(workspace: shop, aliases: [carla])
        subject.cutoff = noon

        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["mentions"] == 1)
        #expect(try store.onlyMessages().map { $0.details == nil } == [true, false])
        #expect(try store.rows("mentions") == 2)
    }

    @Test func whatWasWithdrawnMentionsNobody() throws {
        try store.append(cards(carlas), happening(.unsend, "u1", to: "b1", from: ben))

        #expect(try store.rows("mentions") == 0)
    }
}
