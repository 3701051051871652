import ConversationStoreContracts
import Domain
import Erasure
import Foundation
import HolderContracts
import Runtime
import SQLite
import Testing

/// Who was erased stays out, and who writes anew comes in.
@Suite struct ReturnTests {
    private let store: StoreFixture
    private let later = noon.adding(seconds: 60)

    init() throws {
        store = try StoreFixture()
        try store.append(message("m1"), echo("w1"), status("w8", .sent))
        store.clock.now = noon.adding(seconds: 30)
        try store.erase(adasPhone)
    }

    private func forget(_ tables: String...) throws {
        try store.database.writer.write("forget") { connection in for table in tables { try connection.run("DELETE FROM \(table)") } }
    }

    /// The new names are nobody's yet: that the person is known by the former ones is what lets the change in.
    @Test func whoCameBackAndThenChangedTheirNumberIsStillOnePerson() throws {
        var change = ChannelEvent(
            kind: .identity, id: "s1", participant: ParticipantIdentity(phone: "15550009999"), sentAt: later.adding(seconds: 5),
            receivedAt: later.adding(seconds: 5))
        change.details = EventDetails()
        change.details?.previous = ParticipantIdentity(phone: ada.phone)
        // Control: while they have not written anew it stays out.
        #expect(try store.append(change).keptOut == 1)
        try store.append(message("m2", at: later))

        #expect(try store.append(change).stored == 1)

        #expect(try store.list().count == 1)
        #expect(Set(try store.list()[0].participant.aliases.map(\.value)) == [ada.phone, "15550009999"])
    }

    /// While a holder is down an erasure stands still; who writes meanwhile is heard, and keeps what they wrote.
    @Test func whatAPersonWritesWhileTheirErasureIsUnderWayStays() throws {
        try store.append(message("m2", at: later))
        let former = try #require(try store.list().first?.participant.id)
        store.clock.now = later.adding(seconds: 10)
        var subject = Subject(workspace: shop, aliases: [adasPhone])
        subject.participants = [former]
        subject.cutoff = store.clock.now
        try store.place([.person(shop, line.account, adasPhone)], cutoff: store.clock.now)

        try store.append(message("m3", at: later.adding(seconds: 20)))
        let erased = try store.answer(EraseSubject(deletion: DeletionID(rawValue: 2), subject: subject), as: .deletionCoordinator)

        #expect(erased.rows["messages"] == 1)
        let left = try store.list()
        #expect(left.count == 1 && left[0].participant.id != former)
        #expect(try store.onlyMessages().count == 1)
        let proof = try store.answer(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator)
        #expect(proof.rows.values.allSatisfy { $0 == 0 })

        // Control: without a cut-off the new relationship would be the subject's too.
        subject.cutoff = nil
        let all = try store.answer(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator)
        #expect(all.rows["messages"] == 1)
    }

    @Test func aReplayOfEverythingStaysOut() throws {
        let again = [message("m1"), echo("w1"), status("w8", .sent), status("w1", .read), message("m0", "never seen, but old")]

        #expect(try store.append(again).keptOut == 5)
        #expect(try store.list().isEmpty)
        #expect(try store.rows("participants") == 0)
    }

    /// The control of the test above.
    @Test func withoutTombstonesAReplayWouldComeIn() throws {
        try forget("tombstones", "outgoing_keys")

        #expect(try store.append(message("m1"), echo("w1"), status("w8", .sent)).stored == 3)
    }

    @Test func aLateStatusOfAnErasedMessageStaysOutWhateverItsTime() throws {
        try store.append(message("m2", at: later))  // The person is known again.
        try forget("outgoing_keys")

        #expect(try store.append(status("w1", .read, at: later), status("w8", .read, at: later)).keptOut == 2)
        #expect(try store.append(status("w2", .read, at: later)).stored == 1)
    }

    /// The control of the test above.
    @Test func withoutItsTombstoneALateStatusWouldComeIn() throws {
        try store.append(message("m2", at: later))
        try forget("outgoing_keys", "tombstones")

        #expect(try store.append(status("w1", .read, at: later)).stored == 1)
    }

    @Test func theKeyOfAnErasedMessageKeepsItsStatusOutToo() throws {
        try store.append(message("m2", at: later))
        try forget("tombstones")

        #expect(try store.append(status("w1", .read, at: later)).keptOut == 1)
    }

    @Test func aNewMessageBeginsANewRelationship() throws {
        try store.append(message("m2", "Me again", at: later))

        let conversations = try store.list()
        #expect(conversations.count == 1)
        #expect(conversations[0].participant.id.rawValue == 2)
        #expect(try store.onlyMessages().map(\.text) == ["Me again"])
        // What was sent before the erasure still stays out.
        #expect(try store.append(message("m0", "late", at: noon)).keptOut == 1)
    }

    @Test func whatTheBusinessSendsBeginsNone() throws {
        var other = message("o1", at: later)
        other.kind = .other
        let outgoing = [echo("w2", at: later), reply("w3", at: later), status("w2", .sent, at: later), other]

        #expect(try store.append(outgoing).keptOut == 4)
        try store.append(message("m2", at: later))
        #expect(try store.append(outgoing).stored == 4)
    }

    @Test func aSendersClockAheadHelpsNothing() throws {
        var event = message("m3", at: later)
        event.receivedAt = noon

        #expect(try store.append(event).keptOut == 1)
    }

    @Test func anotherPersonComesIn() throws {
        #expect(try store.append(message("b1", from: ben)).stored == 1)
    }

    @Test func memoryOfAPersonDoesNotOutliveTheirErasure() throws {
        try store.append(message("m2", at: later))
        try store.append(message("m3", at: later))  // Known by face now.
        store.clock.now = later.adding(seconds: 30)
        try store.erase(adasPhone)

        try store.append(message("m4", at: later.adding(seconds: 60)))

        #expect(try store.list().map(\.participant.id.rawValue) == [3])
        #expect(try store.onlyMessages().count == 1)
    }

    @Test func aNewPepperForgetsNobody() throws {
        try store.append(message("b1", from: ben), echo("wb", to: ben))
        let path = "\(store.folder)/keys/\(KeyName.pepper(2))"
        let text = Data(String(repeating: "b", count: 42).utf8) + Data("A".utf8)
        try #require(FileManager.default.createFile(atPath: path, contents: text, attributes: [.posixPermissions: 0o600]))
        try store.reopen()

        #expect(try store.append(message("m1"), echo("w1"), status("w1", .read)).keptOut == 3)
        #expect(try store.append(message("b1", from: ben), echo("wb", to: ben)).repeated == 2)
        // What was stored under the first is erased under it, beside what came under the second.
        try store.append(message("b2", from: ben))
        try store.erase(bensPhone)
        #expect(try store.append(message("b1", from: ben), message("b2", from: ben), status("wb", .read, to: ben)).keptOut == 3)
    }
}
