import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import Testing

@Suite struct ErasureTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func fill() throws {
        try store.append(
            message("m1", "I live in Elm Street"), echo("w1", "Noted"), status("w1", .sent), status("w1", .read), status("w9", .sent),
            message("b1", from: ben, "My number is 42"), echo("wb", to: ben, "Fine"))
    }

    @Test func theReceiptCountsEveryRowOfThePerson() throws {
        try fill()

        let receipt = try store.erase(adasPhone)

        #expect(
            receipt.rows == [
                "pending_statuses": 1, "waiting_events": 0, "changes": 2, "delivery_statuses": 2, "messages": 2, "conversations": 1,
                "aliases": 1, "profiles": 0, "participants": 1, "lineages": 0, "links": 0, "participant_fields": 0, "notices": 0,
                "search_terms": 0, "mentions": 0
            ])
        #expect(ReceiptSigner(key: store.process.secret("conversation-store.receipt.key")).isValid(receipt))
    }

    @Test func anotherPersonLosesNoRow() throws {
        try fill()
        let before = try store.list().filter { $0.participant.name == ben.name }

        try store.erase(adasPhone)

        #expect(try store.list() == before)
        #expect(try store.read(before[0].id).messages.map(\.text) == ["My number is 42", "Fine"])
    }

    @Test func noByteOfThePersonIsLeft() throws {
        try fill()
        #expect(try store.filesHold("Elm Street") && store.filesHold("15550001111") && store.filesHold("Ada Sample"))

        try store.erase(adasPhone)

        #expect(try !store.filesHold("Elm Street") && !store.filesHold("15550001111") && !store.filesHold("Ada Sample"))
        // The control: what still stands is found.
        #expect(try store.filesHold("My number is 42") && store.filesHold("15550002222"))
    }

    @Test func theClosureHoldsEveryNameOfThePersonAndNobodyElses() throws {
        let bsuid = Alias(.whatsapp, .bsuid, "US.1000200030004000")
        try store.append(message("m1", from: ParticipantIdentity(bsuid: bsuid.value, phone: "15550001111", username: "ada")))
        try store.append(message("m2", from: ben))

        let found = try store.answer(CollectSubject(subject: Subject(workspace: shop, aliases: [adasPhone])), as: .deletionCoordinator)

        #expect(found.subject.aliases == [adasPhone, bsuid, Alias(.whatsapp, .username, "ada")].sorted())
        #expect(found.subject.participants.count == 1 && found.subject.conversations.count == 1)
        #expect(found.rows["messages"] == 1)
    }

    /// The username may have passed on since the closure was taken.
    @Test func aUsernameAloneErasesNobody() throws {
        try store.append(message("m1", from: ParticipantIdentity(phone: "15550002222", username: "corner.shop")))

        let receipt = try store.erase(Alias(.whatsapp, .username, "corner.shop"))

        #expect(receipt.rows.values.allSatisfy { $0 == 0 })
        #expect(try store.onlyMessages().count == 1)
    }

    @Test func anotherWorkspacesPersonWithTheSamePhoneStays() throws {
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        try store.append(message("m1"))
        try store.append([message("m1")], on: elsewhere)

        try store.erase(adasPhone)

        #expect(try store.list().isEmpty)
        #expect(try store.list(elsewhere.workspace).count == 1)
        #expect(try store.append([message("m2")], on: elsewhere).stored == 1)
    }

    @Test func erasingTwiceErasesNothingMore() throws {
        try fill()
        let first = try store.erase(adasPhone)

        #expect(try store.erase(adasPhone).rows == first.rows)
    }

    @Test func theProofCountsNothing() throws {
        try fill()
        let asked = CollectSubject(subject: Subject(workspace: shop, aliases: [adasPhone]))
        let subject = try store.answer(asked, as: .deletionCoordinator).subject
        let proof = ProveErasure(subject: subject, scan: false)
        #expect(try store.answer(proof, as: .deletionCoordinator).rows["messages"] == 2)

        try store.erase(adasPhone)

        #expect(try store.answer(proof, as: .deletionCoordinator).rows.values.allSatisfy { $0 == 0 })
    }
}
