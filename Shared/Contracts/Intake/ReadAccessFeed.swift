import Domain
import Policy
import Wire

/// The facts that decide what a service may do, in the order in which they came about. Long poll: answers when there is something new.
public struct ReadAccessFeed: FeedRequest {
    public static let contract = Contract(
        "access.feed", purpose: .provideService, reads: [.workspaceConfiguration], repeats: .harmless, deadlineMilliseconds: 35_000,
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

/// One fact about a workspace or one of its channels.
public struct AccessFact: Fields, Equatable {
    public enum Kind: String, WireWord {
        case workspaceOpened, workspaceTerminated, channelConnected, channelFeatures, channelEnded
    }

    public var kind = Kind.workspaceOpened
    public var workspace = WorkspaceID()
    public var channel: ChannelID?
    public var account: Account?
    public var onDeletion: DeletionInstruction?
    /// All that are on.
    public var features: [ChannelFeature]?
    public var at = Timestamp()

    public init() {}

    public init(
        _ kind: Kind, _ workspace: WorkspaceID, channel: ChannelID? = nil, account: Account? = nil, onDeletion: DeletionInstruction? = nil,
        features: [ChannelFeature]? = nil, at: Timestamp
    ) {
        self.kind = kind
        self.workspace = workspace
        self.channel = channel
        self.account = account
        self.onDeletion = onDeletion
        self.features = features
        self.at = at
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("account", &account)
        fields.field("onDeletion", &onDeletion)
        fields.field("features", &features, max: ChannelFeature.countMax)
        fields.field("at", &at)
    }
}
