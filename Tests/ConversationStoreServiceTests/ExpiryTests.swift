import ConversationStoreContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy
import Testing

@testable import ConversationStoreService
@testable import Erasure

/// What has been kept long enough goes, with all that was made of it; and nothing else.
@Suite struct ExpiryTests {
    private let store: StoreFixture
    private let elsewhere = Channel(WorkspaceID(rawValue: "ws_other"), ChannelID(rawValue: "ch_other"), Account(.whatsapp, "900800700600"))
    private let old = noon.adding(days: -100)
    private let limit = noon.adding(days: -90)

    init() throws { store = try StoreFixture() }

    private func expire(
        _ rule: Retention = .messengerData, of workspace: WorkspaceID? = shop, until: Timestamp? = nil, held: [Subject] = [],
        _ change: (inout ExpireData) -> Void = { _ in }
    ) throws -> ExpireData.Response {
        var expiry = ExpireData(rule: rule, until: until ?? limit, workspace: workspace)
        expiry.held = held
        change(&expiry)
        return try store.answer(expiry, as: .deletionCoordinator)
    }

    /// Ada wrote long ago and lately, Ben long ago.
    private func fill() throws {
        try store.append(
            message("m1", "Elm Street oldword", at: old),
            happening(.edit, "e1", to: "m1", "Oak Street editedword", at: old.adding(seconds: 9)),
            echo("w1", "Noted", at: old), status("w1", .read, at: old), message("m2", "a freshword", at: noon),
            message("b1", from: ben, "bensword", at: old))
        try store.append(message("x1", from: ada, "othershop", at: old), on: elsewhere)
        try store.index()
    }

    @Test func oldMessagesGoWithTheirWordsInTheIndexAndTheirBytes() throws {
        try fill()
        #expect(try store.filesHold("editedword") && store.filesHold("bensword"))

        let answer = try expire()

        #expect(answer.rows == ["messages": 4, "conversations": 1, "participants": 1] && answer.kept.isEmpty && answer.isPartial == nil)
        #expect(try store.onlyMessages().map(\.text) == ["a freshword"])
        #expect(try store.terms().contains("freshword") && store.terms().contains("othershop"))
        #expect(try Set(store.terms()).isDisjoint(with: ["oldword", "editedword", "bensword", "noted"]))
        for word in ["oldword", "editedword", "bensword", ben.phone ?? "-"] { #expect(try !store.filesHold(word)) }
        // Another workspace keeps what it likes.
        #expect(try store.list(elsewhere.workspace).count == 1 && store.filesHold("othershop"))
        // Asked again there is nothing to do.
        #expect(try expire().rows.isEmpty)
    }

    @Test func aDryRunCountsTheSameAndChangesNothing() throws {
        try fill()
        let before = try store.list()

        let counted = try expire { $0.isDryRun = true }

        #expect(try store.list() == before && store.terms().contains("editedword"))
        #expect(counted.rows == ["messages": 4, "conversations": 1, "participants": 1])
        #expect(try store.rows("messages") == 6)
    }

    @Test func whatAHoldKeepsAndWhatIsRestrictedStays() throws {
        try fill()
        let held = Subject(workspace: shop, aliases: [bensPhone])

        let answer = try expire(held: [held])

        #expect(answer.rows == ["messages": 3] && answer.kept == ["messages": 1, "conversations": 1, "participants": 1])
        #expect(try store.list().count == 2)
        let person = try #require(store.list().first { $0.participant.name == ben.name }).participant.id
        try store.database.writer.write("restrict") {
            try $0.run("UPDATE participants SET restricted_since = 1 WHERE id = ?", .integer(person.rawValue))
        }
        #expect(try expire().rows.isEmpty)
        let whole = try expire { $0.isHeld = true }
        #expect(whole.rows.isEmpty && whole.kept["messages"] == 1)
        // Control: neither.
        try store.database.writer.write("release") { try $0.run("UPDATE participants SET restricted_since = NULL") }
        #expect(try expire().rows == ["messages": 1, "conversations": 1, "participants": 1])
    }

    /// The conversation is not in memory any more, and what comes late about what is gone stays out.
    @Test func whoeverWritesAgainIsMetAnewAndLateStatusesStayOut() throws {
        try fill()
        let former = try #require(store.list().first { $0.participant.name == ben.name }).participant.id
        _ = try expire()

        #expect(try store.append(status("w1", .played, at: old.adding(days: 2))).keptOut == 1)
        #expect(try store.append(message("b2", from: ben, "back again")).stored == 1)
        let again = try #require(store.list().first { $0.participant.name == ben.name })
        #expect(again.participant.id > former)
        #expect(try store.read(again.id).messages.map(\.text) == ["back again"])
    }

    /// Looked at by a reader, deleted by the writer: between the two they have written, and it was acknowledged.
    @Test func whoeverWritesBetweenTheLookAndTheDeletionLosesNothing() throws {
        try fill()
        let lists = try store.database.read("look") {
            try store.service.store.expiring(ExpireData(rule: .messengerData, until: limit, workspace: shop), $0)
        }
        try store.append(message("b2", from: ben, "just in time"))

        var removed: Int64 = 0
        for list in lists {
            for portion in list.portions {
                removed += try store.database.writer.write("remove") { try list.remove(portion, $0).count }
            }
        }

        let again = try #require(store.list().first { $0.participant.name == ben.name })
        #expect(try store.read(again.id).messages.map(\.text) == ["just in time"])
        #expect(removed == 4)  // Control: what was due went.
    }

    @Test func anObjectionOutlivesThePerson() throws {
        try fill()
        try store.database.writer.write("object") {
            try $0.run("UPDATE participants SET marketing_at = 5, objects_since = 5 WHERE name = ?", .text(ben.name ?? ""))
        }
        _ = try expire()
        try store.append(message("b2", from: ben, "back again"))
        #expect(try store.list().first { $0.participant.name == ben.name }?.participant.marketingObjectionAt != nil)
    }

    @Test func commentsHaveALengthOfTheirOwnInEveryWorkspaceButThoseThatDiffer() throws {
        func comment(_ id: String, _ text: String, at time: Timestamp) -> ChannelEvent {
            var event = message(id, text, at: time)
            event.kind = .comment
            return event
        }
        let year = noon.adding(days: -365)
        try store.append(
            comment("c1", "old comment", at: year), comment("c2", "new comment", at: noon), message("m1", "old message", at: year))
        try store.append(comment("c3", "elsewhere", at: year), on: elsewhere)

        let answer = try expire(.comments, of: nil, until: year) { $0.except = [elsewhere.workspace] }

        #expect(answer.rows == ["messages": 1])
        let left = try store.list().flatMap { try store.read($0.id).messages }.compactMap(\.text)
        #expect(left.sorted() == ["new comment", "old message"])
        #expect(try store.rows("messages") == 3)
        #expect(try expire(.comments, of: elsewhere.workspace, until: year).rows == ["messages": 1])
    }

    @Test func keysGoByTheirDayAndWhatWaitsByItsReceipt() throws {
        let (past, later) = (noon.adding(days: -10), noon.adding(days: -5))
        try store.append(echo("w1", at: past), status("w9", .sent, at: past), happening(.reaction, "r1", to: "nobody", at: past))
        #expect(try store.rows("outgoing_keys") == 1 && store.rows("pending_statuses") == 1 && store.rows("waiting_events") == 1)

        for rule in [Retention.outgoingKeys, .deliveryKeys] {
            #expect(try expire(rule, of: nil, until: past.adding(days: -1)).rows.isEmpty)
        }
        #expect(try expire(.outgoingKeys, of: nil, until: later).rows == ["outgoing_keys": 1])
        #expect(try expire(.deliveryKeys, of: nil, until: later).rows == ["messages": 1, "pending_statuses": 1])
        #expect(try store.onlyMessages().count == 1)
    }

    /// More than one portion, in more than one range of conversations.
    @Test func manyGoPortionByPortion() throws {
        for start in stride(from: 0, to: 2400, by: 240) {
            try store.append(
                (start..<(start + 240)).map {
                    message("m\($0)", from: ParticipantIdentity(phone: "1555\(1_000_000 + $0 / 2)"), "word \($0)", at: old)
                })
        }
        try store.append(message("new", at: noon))
        #expect(try store.rows("conversations") == 1201)

        #expect(try expire().rows == ["messages": 2400, "conversations": 1200, "participants": 1200])
        #expect(try store.rows("messages") == 1 && store.rows("participants") == 1)
    }
}
