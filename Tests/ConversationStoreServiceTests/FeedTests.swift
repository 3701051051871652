import ConversationStoreContracts
import Dispatch
import Domain
import SQLite
import Testing
import Threads
import Wire

@Suite struct FeedTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test func changesComeInOrderWithTheirReferences() throws {
        try store.append(message("m1"), echo("w1", at: noon.adding(seconds: 1)), status("w1", .sent, at: noon.adding(seconds: 2)))

        let feed = try store.feed()
        let conversation = try store.list()[0]
        #expect(feed.changes.map(\.kind) == [.messageReceived, .messageSent, .statusChanged])
        #expect(feed.changes.map(\.at) == [0, 1, 2].map(noon.adding(seconds:)))
        #expect(feed.changes[1].message == feed.changes[2].message)
        #expect(feed.changes.allSatisfy { $0.conversation == conversation.id && $0.participant == conversation.participant.id })
        #expect(feed.changes.allSatisfy { $0.workspace == shop })
        #expect(!feed.restarted && feed.next.sequence == 3)
    }

    @Test func aFollowerMissesNothingAndHearsNothingTwice() throws {
        var cursor = Cursor()
        var heard: [MessageID] = []
        for round in 0..<3 {
            try store.append((0..<250).map { message("m\(round)-\($0)", from: round == 1 ? ben : ada) })
            try store.append((0..<250).map { message("n\(round)-\($0)") })
            if round == 1 { try store.reopen() }
            while true {
                let feed = try store.feed(after: cursor)
                if feed.changes.isEmpty { break }
                #expect(feed.changes.count <= ReadConversationFeed.countMax && !feed.restarted)
                heard += feed.changes.map(\.message)
                cursor = feed.next
            }
        }

        #expect(heard.count == 1500 && Set(heard).count == 1500 && heard == heard.sorted())
    }

    @Test func erasedChangesVanishAndTheirNumbersDoNotReturn() throws {
        try store.append(message("b1", from: ben))
        try store.append(message("m1"), echo("w1"), status("w1", .sent))
        let cursor = try store.feed().next
        #expect(cursor.sequence == 4)
        try store.erase(adasPhone)
        try store.reopen()

        #expect(try store.feed().changes.count == 1)
        try store.append(message("b2", from: ben))
        // Had the number 2 been given again, this follower would never hear of it.
        #expect(try store.feed(after: cursor).changes.map(\.message.rawValue) == [5])
    }

    /// The control of the test above.
    @Test func withoutTheFloorANumberWouldReturn() throws {
        try store.database.writer.write("drop") {
            try $0.execute("DROP TRIGGER messages_keep_their_number; DROP TRIGGER changes_keep_their_number")
        }
        try store.append(message("b1", from: ben))
        try store.append(message("m1"))
        let cursor = try store.feed().next
        try store.erase(adasPhone)
        try store.reopen()
        try store.append(message("b2", from: ben))

        #expect(try store.feed(after: cursor).changes.isEmpty)
    }

    @Test func aCursorOfAnotherEpochStartsAnew() throws {
        try store.append(message("m1"))

        let feed = try store.feed(after: Cursor(epoch: "0123456789abcdef0123456789abcdef", sequence: 40))

        #expect(feed.restarted && feed.changes.count == 1)
        #expect(try store.feed(after: feed.next).restarted == false)
    }

    /// An older file that is put back has the same epoch and fewer numbers.
    @Test func aCursorAheadOfTheFileStartsAnew() throws {
        try store.append(message("m1"), message("m2"))
        let cursor = try store.feed().next
        // The control: who has heard all is not ahead.
        #expect(try store.feed(after: cursor).restarted == false)

        let feed = try store.feed(after: Cursor(epoch: cursor.epoch, sequence: cursor.sequence + 1))

        #expect(feed.restarted && feed.changes.count == 2 && feed.next == cursor)
    }

    @Test func anEmptyFeedAnswersAtOnceWhenNobodyWaits() throws {
        let feed = try store.feed()
        #expect(feed.changes.isEmpty && feed.next.sequence == 0 && !feed.next.epoch.isEmpty)
    }

    @Test func aLongPollWakesWithTheNews() throws {
        let cursor = try store.feed().next
        let answered = DispatchSemaphore(value: 0)
        let heard = Heard()
        let transport = LocalTransport(store.process.router, as: .handoffContext)
        transport.call(ReadConversationFeed(after: cursor, waitMilliseconds: 30_000)) { outcome in
            heard.set(outcome)
            answered.signal()
        }
        #expect(heard.count == nil)

        try store.append(message("m1"))

        #expect(answered.wait(timeout: .now() + 10) == .success)
        #expect(heard.count == 1)
    }

    private final class Heard: @unchecked Sendable {  // `outcome` is guarded by `lock`.
        private let lock = Lock()
        private var outcome: Outcome<ReadConversationFeed>?

        var count: Int? {
            lock.withLock {
                guard case .ok(let response) = outcome else { return nil }
                return response.changes.count
            }
        }

        func set(_ outcome: Outcome<ReadConversationFeed>) { lock.withLock { self.outcome = outcome } }
    }
}
