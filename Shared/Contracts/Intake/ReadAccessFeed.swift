import Domain
import Policy
import Wire

/// The facts that decide what a service may do, in the order in which they came about; of those about the same thing, the last alone.
/// Long poll: answers when there is something new.
public struct ReadAccessFeed: FeedRequest {
    public static let contract = Contract(
        "access.feed", purpose: .provideService, reads: [.account, .workspaceConfiguration], repeats: .harmless,
        deadlineMilliseconds: 35_000,
        callers: [.conversationStore, .handoffContext, .deletionCoordinator])
    public static let countMax = 500
    public static let waitMillisecondsMax: Int64 = 30_000

    public var after = Cursor()
    public var waitMilliseconds: Int64 = 0

    public init() {}
    public init(after: Cursor, waitMilliseconds: Int64) {
        self.after = after
        self.waitMilliseconds = waitMilliseconds
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("after", &after)
        fields.field("waitMilliseconds", &waitMilliseconds, 0...ReadAccessFeed.waitMillisecondsMax)
    }

    public struct Response: FeedPage, Fields, Equatable {
        public var facts: [AccessFact] = []
        public var next = Cursor()
        /// The asked cursor was of another epoch: forget what it led to; `facts` start at the beginning.
        public var restarted = false

        public var isEmpty: Bool { facts.isEmpty }
        public var isFull: Bool { facts.count == ReadAccessFeed.countMax }

        public init() {}
        public init(facts: [AccessFact], next: Cursor, restarted: Bool) {
            self.facts = facts
            self.next = next
            self.restarted = restarted
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("facts", &facts, max: ReadAccessFeed.countMax)
            fields.field("next", &next)
            fields.field("restarted", &restarted)
        }
    }
}
