import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Testing

@testable import ConversationStoreService

/// A conversation, a message, all of a channel: what goes, what stays out, and who stays.
@Suite struct PartErasureTests {
    private let store: StoreFixture
    private let shelf = Channel(WorkspaceID(rawValue: "ws_shop"), ChannelID(rawValue: "ch_shelf"), Account(.whatsapp, "100200300999"))
    private let later = noon.adding(seconds: 60)

    init() throws { store = try StoreFixture() }

    /// Ada on two channels, Ben on one.
    private func fill() throws {
        try store.append(
            message("m1", "firstword"), happening(.edit, "e1", to: "m1", "editedword"), echo("w1", "answerword"),
            message("m2", "secondword"), status("w9", .sent), message("b1", from: ben, "bensword"))
        try store.append(message("s1", "shelfword"), on: shelf)
        try store.index()
    }

    private func conversation(of person: ParticipantIdentity, on channel: Channel = line) throws -> Conversation {
        try #require(store.list().first { $0.participant.name == person.name && $0.channel == channel.id })
    }

    private func number(of text: String) throws -> MessageID {
        for conversation in try store.list() {
            if let found = try store.read(conversation.id).messages.first(where: { $0.text == text }) { return found.id }
        }
        throw Unexpected(text: "no such message")
    }

    private func talk(_ conversation: ConversationID) -> Subject {
        var subject = Subject(workspace: shop)
        (subject.conversations, subject.part) = ([conversation], .conversations)
        return subject
    }

    private func one(_ message: MessageID) -> Subject {
        var subject = Subject(workspace: shop)
        (subject.messages, subject.part) = ([message], .messages)
        return subject
    }

    /// As the coordinator has it done: closure, tombstones, rows, proof.
    @discardableResult
    private func erase(_ asked: Subject, held: Bool = false) throws -> (subject: Subject, receipt: ErasureReceipt) {
        var subject = asked
        subject.cutoff = store.clock.now
        subject = try store.answer(CollectSubject(subject: subject), as: .deletionCoordinator).subject
        let names: [ErasedName]
        switch subject.part {
        case .conversations:
            names =
                subject.conversations.map(ErasedName.conversation)
                + subject.aliases.filter { $0.kind != .username }.map { .talk(shop, line.account, $0) }
        case .messages: names = (subject.messages ?? []).map(ErasedName.ownMessage)
        case .channel: names = [.channel(try #require(subject.channel))]
        case nil: names = []
        }
        try store.place(names, cutoff: store.clock.now)
        let receipt = try store.answer(
            EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject, isHeld: held), as: .deletionCoordinator)
        if !held { try proves(subject) }
        return (subject, receipt)
    }

    private func proves(_ subject: Subject) throws {
        #expect(
            try store.answer(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator).rows.values.allSatisfy { $0 == 0 })
    }

    private func texts() throws -> [String] {
        try store.list().flatMap { try store.read($0.id).messages.compactMap(\.text) }.sorted()
    }

    @Test func aConversationGoesWithItsWordsAndItsPersonStays() throws {
        try fill()
        let person = try conversation(of: ada).participant

        let (subject, receipt) = try erase(talk(try conversation(of: ada).id))

        #expect(subject.aliases.contains(adasPhone) && subject.channel == line.id && subject.participants.isEmpty)
        #expect(receipt.rows["messages"] == 4 && receipt.rows["conversations"] == 1 && receipt.rows["pending_statuses"] == 1)
        #expect(try texts() == ["bensword", "shelfword"])
        for word in ["firstword", "editedword", "answerword", "secondword"] {
            #expect(try !store.filesHold(word) && !store.terms().contains(word))
        }
        #expect(try conversation(of: ada, on: shelf).participant.id == person.id)
    }

    @Test func whatComesLateStaysOutAndWhatIsSaidAnewGoesOnWithTheSamePerson() throws {
        try fill()
        let person = try conversation(of: ada).participant.id
        try erase(talk(try conversation(of: ada).id))

        // Repeats, what was under way and never seen, and what names an erased message.
        let late = try store.append(
            message("m1", "firstword"), message("m9", "unseen"), echo("w1", "answerword"), status("w1", .read, at: later),
            happening(.edit, "e2", to: "m2", "edited again", at: later))
        #expect(late.stored == 0 && late.keptOut == 5)
        #expect(try store.append(message("m3", "newword", at: later)).stored == 1)
        #expect(try store.append(message("m4", "and more", at: later), status("w8", .sent, at: later)).stored == 2)
        #expect(try conversation(of: ada).participant.id == person)
        // Elsewhere the person was never kept out.
        #expect(try store.append(message("s2", "old but elsewhere"), on: shelf).stored == 1)
        #expect(try texts() == ["and more", "bensword", "newword", "old but elsewhere", "shelfword"])
    }

    /// A message of after the cut-off, in the midst of the erasing.
    @Test func whatIsSaidWhileItIsErasedStays() throws {
        try fill()
        var subject = talk(try conversation(of: ada).id)
        subject.cutoff = noon
        try store.append(message("m3", "newword", at: later))

        let receipt = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["messages"] == 4 && receipt.rows["conversations"] == 0)
        #expect(try store.read(try conversation(of: ada).id).messages.map(\.text) == ["newword"])
        try proves(subject)
    }

    @Test func oneMessageGoesWithWhatWasDoneToIt() throws {
        try fill()
        let (subject, receipt) = try erase(one(try number(of: "editedword")))

        #expect(receipt.rows["messages"] == 1 && subject.aliases.contains(adasPhone))
        #expect(try texts() == ["answerword", "bensword", "secondword", "shelfword"])
        #expect(try !store.filesHold("firstword") && !store.filesHold("editedword"))
        #expect(try store.append(message("m1", "firstword")).keptOut == 1)
        #expect(try store.append(happening(.edit, "e2", to: "m1", "edited again", at: later)).keptOut == 1)
        #expect(try store.append(message("m3", "newword", at: later)).stored == 1)
        // Another workspace's hand reaches nothing.
        var foreign = one(try number(of: "secondword"))
        foreign.workspace = WorkspaceID(rawValue: "ws_other")
        try erase(foreign)
        #expect(try texts().contains("secondword"))
    }

    @Test func aChannelGoesInPortionsWithWhoWasMetThereAlone() throws {
        try fill()
        try store.append((1...30).map { message("n\($0)", from: ben, "word \($0)") })

        let (_, receipt) = try erase(Subject(channel: line.id, of: shop))

        #expect(receipt.isPartial == nil && receipt.rows["messages"] == 35 && receipt.rows["participants"] == 1)
        #expect(try texts() == ["shelfword"] && store.rows("participants") == 1)
        #expect(try !store.filesHold("bensword") && !store.filesHold(ben.phone ?? "-"))
        #expect(try store.append(message("m1", "firstword"), message("b9", from: ben, "unseen")).keptOut == 2)
        #expect(try store.append(message("m3", "newword", at: later)).stored == 1)
        #expect(try store.append(message("s1", "shelfword"), on: shelf).repeated == 1)
    }

    @Test func aPortionOfAChannelTouchesNoMoreThanItsLimit() throws {
        try fill()
        let first = try store.database.writer.write("portion") { [inner = store.service.store] in
            try inner.erasePortion(of: Subject(channel: line.id, of: shop), limit: 2, $0)
        }
        #expect(first["messages"] == 2)
    }

    // MARK: Holds

    @Test func whatAHoldKeepsOfAPartIsOutOfUseUntilItGoes() throws {
        try fill()
        let person = try conversation(of: ada).participant.id
        let single = try erase(one(try number(of: "secondword")), held: true).subject
        let whole = try erase(talk(try conversation(of: ada).id), held: true).subject

        #expect(try texts() == ["bensword", "shelfword"] && store.filesHold("firstword") && store.filesHold("secondword"))
        #expect(try store.search(SearchConversations(workspace: shop, query: "firstword", limit: 5)).messages.isEmpty)
        #expect(try store.append(happening(.unsend, "u1", to: "m2", at: later)).keptOut == 1)
        // The person goes on, in a conversation of their own.
        #expect(try store.append(message("m3", "newword", at: later)).stored == 1)
        #expect(try conversation(of: ada).participant.id == person)

        for subject in [single, whole] {
            _ = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
            try proves(subject)
        }
        #expect(try texts() == ["bensword", "newword", "shelfword"])
        #expect(try !store.filesHold("firstword") && !store.filesHold("secondword"))
        #expect(try store.rows("participants") == 2 && store.rows("conversations WHERE instr(workspace, '~') > 0") == 0)
    }

    @Test func anErasureOfThePersonTakesWhatWasSetAsideToo() throws {
        try fill()
        try erase(one(try number(of: "secondword")), held: true)
        store.clock.now = later
        try store.erase(adasPhone)
        #expect(try !store.filesHold("secondword") && texts() == ["bensword"])
    }

    // MARK: Restores

    @Test func aCopyFromBeforeBringsNoPartBack() throws {
        try fill()
        let (first, bens) = (try conversation(of: ada).id, try number(of: "bensword"))
        try store.place([.conversation(first), .ownMessage(bens), .channel(shelf.id)], cutoff: noon)

        let returned = try store.database.read { [store] in try store.service.store.returned(store.digester(), $0) }

        #expect(returned.map(\.part) == [.conversations, .messages, .channel])
        #expect(returned.map(\.conversations) == [[first], [], []] && returned[1].messages == [bens] && returned[2].channel == shelf.id)
        for subject in returned where !subject.isMany {
            _ = try store.database.writer.write("forget") { [inner = store.service.store] in try inner.erase(subject, $0) }
        }
        #expect(try texts() == ["shelfword"])
    }
}
