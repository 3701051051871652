import Domain
import Policy
import Wire

/// What changed in all conversations, in order, as references: who follows reads the content where it stands. Long poll.
public struct ReadConversationFeed: FeedRequest {
    public static let contract = Contract(
        "conversations.feed", purpose: .provideService, reads: [.communication], repeats: .harmless, deadlineMilliseconds: 35_000,
        callers: [.handoffContext])
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
        fields.field("waitMilliseconds", &waitMilliseconds, 0...ReadConversationFeed.waitMillisecondsMax)
    }

    public struct Response: FeedPage, Fields, Equatable {
        public var changes: [ConversationChange] = []
        public var next = Cursor()
        /// The asked cursor was of another epoch: forget what it led to; `changes` start at the beginning.
        public var restarted = false

        public var isEmpty: Bool { changes.isEmpty }
        public var isFull: Bool { changes.count == ReadConversationFeed.countMax }

        public init() {}
        public init(changes: [ConversationChange], next: Cursor, restarted: Bool) {
            self.changes = changes
            self.next = next
            self.restarted = restarted
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("changes", &changes, max: ReadConversationFeed.countMax)
            fields.field("next", &next)
            fields.field("restarted", &restarted)
        }
    }
}

/// One change of one conversation.
public struct ConversationChange: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// A new message of the person; of the business or ours; a status of one.
        case messageReceived, messageSent, statusChanged
        /// A message of the conversation was withdrawn, as `message` says: what was made of the conversation may hold its words.
        case messageWithdrawn
        /// Anything else in a conversation that nobody has to answer: an edit, a reaction, a comment, an imported message.
        case activityRecorded
    }

    public var kind = Kind.messageReceived
    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    public var participant = ParticipantID()
    public var message = MessageID()
    public var at = Timestamp()
    /// Where a comment is read; `conversation` is the one with whoever wrote it.
    public var thread: ConversationID?

    public init() {}

    public init(
        _ kind: Kind, workspace: WorkspaceID, conversation: ConversationID, participant: ParticipantID, message: MessageID, at: Timestamp,
        thread: ConversationID? = nil
    ) {
        self.kind = kind
        self.workspace = workspace
        self.conversation = conversation
        self.participant = participant
        self.message = message
        self.at = at
        self.thread = thread
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("participant", &participant)
        fields.field("message", &message)
        fields.field("at", &at)
        fields.field("thread", &thread)
    }
}
