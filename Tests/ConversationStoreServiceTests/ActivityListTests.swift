import ConversationStoreContracts
import Domain
import Testing

@testable import ConversationStoreService

/// The list keeps its order loosely and gives it exactly.
@Suite struct ActivityListTests {
    private struct Known {
        var listed: Int64
        var last: Int64
    }

    /// Conversations after many messages, each listed by the rule.
    private func conversations(_ count: Int, messages: Int64, seed: UInt64) -> [Known] {
        var dice = Dice(seed)
        var known: [Known?] = Array(repeating: nil, count: count)
        for number in 1...messages {
            // Few write much, many write little.
            let index = min(Int.random(in: 0..<count, using: &dice), Int.random(in: 0..<count, using: &dice))
            let place = ConversationPlace(
                conversation: ConversationID(rawValue: Int64(index)), listed: known[index].map { MessageID(rawValue: $0.listed) })
            let isDue = ActivityList.isDue(place, MessageID(rawValue: number))
            known[index] = Known(listed: isDue ? number : known[index]?.listed ?? number, last: number)
        }
        return known.compactMap { $0 }
    }

    private func page(_ conversations: [Known], limit: Int, before: Int64?) -> (page: [Int64], considered: Int) {
        var list = ActivityList(limit: limit, before: before.map(MessageID.init(rawValue:)))
        var considered = 0
        for known in conversations.sorted(by: { $0.listed > $1.listed }) where known.listed < before ?? .max {
            if list.isComplete(at: MessageID(rawValue: known.listed)) { break }
            considered += 1
            list.consider(.init(conversation: ConversationID(rawValue: 0), lastMessage: MessageID(rawValue: known.last)))
        }
        return (list.page.map(\.lastMessage.rawValue), considered)
    }

    @Test(arguments: [3, 40, 3000]) func everyPageIsExact(count: Int) {
        let known = conversations(count, messages: 30_000, seed: UInt64(count))
        // The check can fail: the loose order differs from the exact one.
        #expect(known.sorted { $0.listed > $1.listed }.map(\.last) != known.map(\.last).sorted(by: >))

        var seen: [Int64] = []
        while true {
            let next = page(known, limit: 25, before: seen.last).page
            if next.isEmpty { break }
            seen += next
        }
        #expect(seen == known.map(\.last).sorted(by: >))
    }

    @Test func aPageLooksAtFewMoreThanItHolds() {
        let known = conversations(20_000, messages: 60_000, seed: 1)

        #expect(page(known, limit: 25, before: nil).considered <= 25 + Int(ActivityList.slack))
        #expect(page(known, limit: 25, before: nil).considered < known.count / 2)
    }

    @Test func aBusyConversationMovesSeldom() {
        var listed: MessageID?
        var moves = 0
        for number in 1...(4 * ActivityList.slack) {
            let message = MessageID(rawValue: number)
            guard ActivityList.isDue(ConversationPlace(conversation: ConversationID(rawValue: 1), listed: listed), message) else {
                continue
            }
            listed = message
            moves += 1
        }
        #expect(moves == 4)
    }

    /// Where the last messages are the workspace's own, and where hundreds of others' lie between.
    @Test(arguments: [0, 300]) func aStoredListIsExactWhoeverElseWrites(others: Int) throws {
        let store = try StoreFixture()
        let elsewhere = Channel(WorkspaceID(rawValue: "ws_else"), ChannelID(rawValue: "ch_else"), Account(.whatsapp, "777"))
        var dice = Dice(UInt64(others) + 1)
        var lastOf: [String: Int] = [:]
        func write(_ numbers: Range<Int>) throws {
            for number in numbers {
                let phone = "1555000\(100 + Int.random(in: 0..<60, using: &dice))"
                lastOf[phone] = number
                try store.append(message("m\(number)", from: ParticipantIdentity(phone: phone)))
            }
        }
        try write(0..<200)
        for part in 0..<(others / 100) { try store.append((0..<100).map { message("o\(part)-\($0)") }, on: elsewhere) }
        try write(200..<220)

        let exact = lastOf.sorted { $0.value > $1.value }.map(\.key)
        var seen: [String] = []
        var before: MessageID?
        while true {
            let page = try store.list(limit: 7, before: before)
            seen += page.compactMap(\.participant.aliases.first?.value)
            guard let last = page.last else { break }
            before = last.lastMessage
        }
        #expect(seen == exact)
    }
}
