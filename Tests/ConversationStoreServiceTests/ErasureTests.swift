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
                "search_terms": 0, "mentions": 0, "member_reads": 0
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

    // MARK: A whole workspace, and what a hold keeps

    private let elsewhere = Channel(WorkspaceID(rawValue: "ws_other"), ChannelID(rawValue: "ch_other"), Account(.whatsapp, "900800700600"))

    @Test func aWholeWorkspaceGoesInPortionsAndNobodyElses() throws {
        try store.append((1...50).map { message("m\($0)", from: $0.isMultiple(of: 2) ? ada : ben, "word \($0)") })
        try store.append(message("x1", from: ada, "another shop's"), on: elsewhere)
        var subject = Subject(workspace: shop)
        subject.isWhole = true
        #expect(try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).rows["participants"] == 2)

        // A portion never touches more than its limit.
        let first = try store.erasePortion(of: shop, limit: 7)
        #expect(first["messages"] == 7 && first["participants"] == 0)

        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 9), subject: subject), as: .deletionCoordinator)
        #expect(receipt.isPartial == nil && receipt.rows["messages"] == 43 && receipt.rows["participants"] == 2)
        let proof = try store.answer(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator)
        #expect(proof.rows.values.allSatisfy { $0 == 0 })
        #expect(try !store.filesHold("word 1") && store.filesHold("another shop's"))
    }

    @Test func whatAHoldKeepsIsOutOfUseUntouchedAndErasedAfterAll() throws {
        try fill()
        let found = try store.answer(CollectSubject(subject: Subject(workspace: shop, aliases: [adasPhone])), as: .deletionCoordinator)
        let held = try store.answer(
            EraseSubject(deletion: DeletionID(rawValue: 9), subject: found.subject, isHeld: true), as: .deletionCoordinator)
        #expect(held.rows["messages"] == 2 && held.rows["participants"] == 1)

        #expect(try store.list().map(\.participant.name) == [ben.name])
        #expect(try store.filesHold("Elm Street"))
        // What names a kept message changes nothing of it, and a new message begins anew.
        store.clock.now = noon.adding(milliseconds: 60_000)
        var unsend = ChannelEvent(kind: .unsend, id: "u1", participant: ada, sentAt: store.clock.now, receivedAt: store.clock.now)
        unsend.details = EventDetails()
        unsend.details?.target = "m1"
        try store.append(unsend, message("m2", "Me again", at: store.clock.now))
        #expect(try store.filesHold("Elm Street"))
        #expect(try store.list().count == 2)

        _ = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 9), subject: found.subject), as: .deletionCoordinator)
        #expect(try !store.filesHold("Elm Street"))
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
