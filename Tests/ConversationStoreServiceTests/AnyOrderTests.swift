import ConversationStoreContracts
import Domain
import SQLite
import Testing

/// Events apply in any order and any number of times, and lead to one state.
@Suite struct AnyOrderTests {
    private static let midnight = Timestamp(rawValue: (noon.day + 1) * 86_400_000)

    private static let events: [ChannelEvent] = [ada, ben].flatMap { person in
        (0..<4).flatMap { (number: Int64) -> [ChannelEvent] in
            let time = midnight.adding(seconds: number - 2)
            let id = "\(person.phone ?? "")-\(number)"
            return [
                message("in-\(id)", from: person, "question \(number)", at: time),
                echo("out-\(id)", to: person, "answer \(number)", at: time.adding(seconds: 2)),
                status("out-\(id)", .sent, to: person, at: time.adding(seconds: 2)),
                status("out-\(id)", .read, to: person, at: time.adding(days: number))
            ] + (number % 2 == 0 ? [reply("out-\(id)", to: person, "answer \(number)", at: time)] : [])
                + (number == 3 ? [status("out-\(id)", .failed, to: person, at: time.adding(seconds: 3))] : [])
        }
    }

    @Test(arguments: 1...12) func everyOrderLeadsToOneState(seed: UInt64) throws {
        let inOrder = try state(after: [AnyOrderTests.events])

        var dice = Dice(seed)
        var deliveries: [[ChannelEvent]] = []
        let repeats = AnyOrderTests.events.filter { _ in Int.random(in: 0..<3, using: &dice) == 0 }
        var rest = (AnyOrderTests.events + repeats).shuffled(using: &dice)[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...7, using: &dice)
            deliveries.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }

        #expect(try state(after: deliveries) == inOrder)
        #expect(inOrder.count == 16)
    }

    /// Everything that is stored, without the numbers that the order of arrival gives.
    private func state(after deliveries: [[ChannelEvent]]) throws -> [String] {
        let store = try StoreFixture()
        for delivery in deliveries { try store.append(delivery) }
        #expect(try store.rows("pending_statuses") == 0)
        var state: [String] = []
        for conversation in try store.list() {
            let owner = conversation.participant.aliases.map(\.value).joined()
            for message in try store.read(conversation.id).messages {
                let times = try store.database.read { connection in
                    var times: [String] = []
                    try connection.each(
                        "SELECT status, at FROM delivery_statuses WHERE message = ? ORDER BY status", .integer(message.id.rawValue)
                    ) { times.append("\($0.int(0))@\($0.int(1))") }
                    return times
                }
                let status = message.status?.rawValue ?? "-"
                state.append("\(owner) \(message.author) \(message.sentAt.rawValue) \(status) \(message.text ?? "-") \(times)")
            }
        }
        return state.sorted()
    }
}
