import ConversationStoreContracts
import Domain
import Testing
import Wire

@testable import ConversationStoreService

/// A reply whose id nobody told us and the platform's echo of it are one message.
@Suite struct EchoTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    private func nameless(_ key: String = "k1", at time: Timestamp = noon) -> ChannelEvent {
        reply(ChannelEvent.id(ofReply: RequestKey(key)), at: time)
    }

    private func stored() throws -> [String] { try store.onlyMessages().map { "\($0.kind) \($0.author) \($0.text ?? "")" } }

    @Test(arguments: [false, true]) func aReplyAndItsEchoAreOneInWhicheverOrder(echoFirst: Bool) throws {
        let told = echo("w1", at: noon.adding(seconds: 3))
        for event in echoFirst ? [told, nameless()] : [nameless(), told] { try store.append(event) }

        #expect(try stored() == ["reply assistant Good day"])
        try store.reopen()
        // Both are known from now on, and what the platform says of its id finds the message.
        #expect(try store.append(nameless()).repeated == 1)
        #expect(try store.append(told).repeated == 1)
        #expect(try store.append(status("w1", .read)).stored == 1)
        #expect(try store.onlyMessages().map(\.status) == [.read])
        #expect(try store.rows("nameless_replies") == 0)
    }

    @Test func aStatusThatCameBeforeTheEchoReachesTheReplyAndIsNews() throws {
        try store.append(nameless(), status("w1", .delivered))
        let cursor = try store.feed().next

        try store.append(echo("w1"))

        #expect(try store.onlyMessages().map(\.status) == [.delivered])
        #expect(try store.feed(after: cursor).changes.map(\.kind) == [.statusChanged])
    }

    /// Each of two equal replies has an echo of its own, the nearest in time.
    @Test func twoRepliesInTheSameWordsAreTwo() throws {
        try store.append(nameless("k1"), nameless("k2", at: noon.adding(seconds: 60)))
        try store.append(echo("w2", at: noon.adding(seconds: 61)), echo("w1", at: noon.adding(seconds: 1)))
        #expect(try stored().count == 2)

        try store.append(status("w2", .read), status("w1", .sent))
        #expect(try store.onlyMessages().map(\.status) == [.sent, .read])
        // A third echo has no reply to be one with.
        try store.append(echo("w3", at: noon.adding(seconds: 62)))
        #expect(try stored().count == 3)
    }

    @Test func whatIsNotSurelyTheSameStaysTwo() throws {
        let late = ConversationStoreStore.echoMilliseconds + 1
        try store.append(nameless("k1"), echo("w1", "Good night"), echo("w2", at: noon.adding(milliseconds: late)))
        #expect(try stored().count == 3)
        var picture = echo("w3")
        picture.details = EventDetails()
        picture.details?.attachments = [Attachment(type: "image")]
        try store.append(picture)
        // A reply whose id is known is no twin of an echo of another id.
        try store.append(reply("w4", "Bye"), echo("w5", "Bye"))
        #expect(try stored().count == 6)
        // Control: the echo that was meant.
        try store.append(echo("w6"))
        #expect(try stored().count == 6)
    }

    @Test func anEchoToSomebodyElseOrByAnotherChannelIsAnotherMessage() throws {
        let other = Channel(shop, ChannelID(rawValue: "ch_other"), Account(.whatsapp, "100200300499"))
        try store.append(nameless())

        try store.append(echo("w1", to: ben))
        try store.append(echo("w2"), on: other)

        #expect(try store.rows("messages") == 3)
    }

    /// The platform's id is what its later events name: the erased message stays erased under it.
    @Test func anErasureReachesTheJoinedMessageUnderThePlatformsId() throws {
        try store.append(nameless(), echo("w1"))
        try store.erase(adasPhone)
        store.clock.now = noon.adding(days: 1)
        func edit(_ id: String, of target: String) -> ChannelEvent {
            var edit = message(id, "Otherwise", at: noon.adding(days: 1))
            edit.kind = .edit
            edit.details = EventDetails()
            edit.details?.target = target
            return edit
        }
        try store.append(message("m2", at: noon.adding(days: 1)))

        #expect(try store.append(echo("w1"), nameless(), status("w1", .read), edit("e1", of: "w1")).keptOut == 4)
        // Control: an edit of another message.
        #expect(try store.append(edit("e2", of: "w2")).stored == 1)
        #expect(try store.rows("messages") == 2 && store.rows("nameless_replies") == 0)
    }

    @Test func aReplyWhoseEchoNeverComesIsForgottenInTime() throws {
        for number in 0..<20 { try store.append(nameless("k\(number)", at: noon.adding(seconds: Int64(number) * 3600))) }

        #expect(try store.rows("nameless_replies") == 1)
        #expect(try store.rows("messages") == 20)
    }
}
