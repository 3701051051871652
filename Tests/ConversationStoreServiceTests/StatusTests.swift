import ConversationStoreContracts
import Domain
import SQLite
import Testing

@Suite struct StatusTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test func aStatusBeforeItsMessageWaitsForIt() throws {
        #expect(try store.append(status("w1", .delivered, at: noon.adding(seconds: 2))).stored == 1)
        #expect(try store.list().isEmpty)
        #expect(try store.feed().changes.isEmpty)
        try store.reopen()

        try store.append(echo("w1"))

        #expect(try store.onlyMessages().map(\.status) == [.delivered])
        #expect(try store.rows("pending_statuses") == 0)
        #expect(try statuses() == [.init(rank: 2, at: noon.adding(seconds: 2))])
    }

    /// Not every status says to whom its message went: the message does.
    @Test(arguments: [false, true]) func aStatusThatNamesNobodyFindsItsMessage(comesFirst: Bool) throws {
        let nameless = status("w1", .delivered, to: ParticipantIdentity(), at: noon.adding(seconds: 2))
        for event in comesFirst ? [nameless, reply("w1")] : [reply("w1"), nameless] { #expect(try store.append(event).stored == 1) }
        try store.reopen()

        #expect(try store.append(nameless).repeated == 1)
        #expect(try store.onlyMessages().map(\.status) == [.delivered])
        #expect(try store.rows("participants") == 1 && store.rows("pending_statuses") == 0)
    }

    /// Ids are the channel's account's own.
    @Test func aStatusThatNamesNobodyFindsNoMessageOfAnotherAccount() throws {
        let other = Channel(shop, ChannelID(rawValue: "ch_other"), Account(.whatsapp, "100200300499"))
        try store.append(reply("w1"))

        try store.append(status("w1", .read, to: ParticipantIdentity()), on: other)

        #expect(try store.onlyMessages().map(\.status) == [nil])
        #expect(try store.rows("pending_statuses") == 1)
    }

    @Test func aStatusOfAnErasedMessageStaysOutThoughItNamesNobody() throws {
        try store.append(reply("w1"), reply("w2", to: ben))
        try store.erase(adasPhone)

        #expect(try store.append(status("w1", .read, to: ParticipantIdentity())).keptOut == 1)
        // Control: somebody else's.
        #expect(try store.append(status("w2", .read, to: ParticipantIdentity())).stored == 1)
        #expect(try store.rows("delivery_statuses") == 1)
    }

    @Test func aStatusMovesForwardOnlyAndEveryTimeIsKept() throws {
        try store.append(reply("w1"))
        let cursor = try store.feed().next
        for (seconds, next) in [(3, ChannelEvent.Status.read), (2, .delivered), (1, .sent)] {
            try store.append(status("w1", next, at: noon.adding(seconds: Int64(seconds))))
        }

        #expect(try store.onlyMessages().map(\.status) == [.read])
        #expect(try store.feed(after: cursor).changes.map(\.kind) == [.statusChanged])
        #expect(try statuses().map(\.at) == [1, 2, 3].map(noon.adding(seconds:)))
    }

    private static let outcomes: [([ChannelEvent.Status], ChannelEvent.Status)] = [
        ([.sent, .failed], .failed), ([.failed, .sent], .failed), ([.failed, .delivered], .delivered),
        ([.delivered, .failed], .delivered), ([.failed, .sent, .read], .read), ([.read, .failed, .delivered], .read)
    ]

    @Test(arguments: outcomes)
    func failedIsFinalUnlessItWasDelivered(given: [ChannelEvent.Status], stands: ChannelEvent.Status) throws {
        try store.append(echo("w1"))
        for next in given { try store.append(status("w1", next)) }

        #expect(try store.onlyMessages().map(\.status) == [stands])
    }

    @Test func aRepeatedStatusIsOneAndItsEarliestTimeCounts() throws {
        try store.append(echo("w1"), status("w1", .sent, at: noon.adding(seconds: 5)))

        #expect(try store.append(status("w1", .sent, at: noon.adding(seconds: 1))).repeated == 1)
        #expect(try store.append(status("w1", .sent, at: noon.adding(seconds: 9))).repeated == 1)
        #expect(try statuses() == [.init(rank: 0, at: noon.adding(seconds: 1))])
    }

    @Test(arguments: [-1, 0, 1, 29, 30]) func aStatusFindsItsMessageWithinItsReach(days: Int64) throws {
        try store.append(reply("w1"))
        try store.append(status("w1", .read, at: noon.adding(days: days)))

        #expect(try store.onlyMessages().map(\.status) == [.read])
    }

    /// The control of the test above: what is out of reach is not found.
    @Test func aStatusOutOfReachWaitsInVain() throws {
        try store.append(reply("w1"))
        try store.append(status("w1", .read, at: noon.adding(days: 31)))

        #expect(try store.onlyMessages().map(\.status) == [nil])
        #expect(try store.rows("pending_statuses") == 1)
    }

    @Test func statusesThatWaitedTooLongGo() throws {
        for number in 0..<6 { try store.append(status("old\(number)", .sent)) }
        store.clock.now = noon.adding(days: 31)
        try store.append(status("new1", .sent, at: store.clock.now), status("new2", .sent, at: store.clock.now))

        #expect(try store.rows("pending_statuses") == 2)
    }

    private struct Kept: Equatable {
        let rank: Int64
        let at: Timestamp
    }

    private func statuses() throws -> [Kept] {
        var statuses: [Kept] = []
        try store.database.read { connection in
            try connection.each("SELECT status, at FROM delivery_statuses ORDER BY at") { row in
                statuses.append(Kept(rank: row.int(0), at: Timestamp(rawValue: row.int(1))))
            }
        }
        return statuses
    }
}
