import Domain
import Policy
import Wire

/// The last messages of a conversation, oldest first: of a talk with one person, or of what people commented under one medium.
public struct ReadConversation: WorkspaceRequest {
    public static let contract = Contract(
        "conversations.read", purpose: .provideService, reads: [.communication, .profile], repeats: .harmless,
        callers: [.operator, .gateway, .handoffContext], roles: [.owner, .admin, .manager, .agent, .support])
    public static let countMax: Int64 = 200

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    public var limit: Int64 = 0
    /// Only messages older than this one.
    public var before: MessageID?
    /// With what the customer keeps of the participant in fields of its own.
    public var fields: Bool?

    public init() {}
    public init(
        workspace: WorkspaceID, conversation: ConversationID, limit: Int64, before: MessageID? = nil, fields: Bool? = nil
    ) {
        self.workspace = workspace
        self.conversation = conversation
        self.limit = limit
        self.before = before
        self.fields = fields
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("limit", &limit, 1...ReadConversation.countMax)
        fields.field("before", &before)
        fields.field("fields", &self.fields)
    }

    public struct Response: Fields, Equatable {
        public var channel = ChannelID()
        /// Whom the talk is with; of comments whoever wrote the last that is shown.
        public var participant = Participant()
        public var messages: [Message] = []
        /// These are comments: the platform's id of what they stand under, empty where it names none; absent in a talk.
        public var media: String?
        /// Whoever wrote one of the comments.
        public var participants: [Participant]?
        /// By name; absent where nobody asked for them, and of comments.
        public var fields: [ParticipantField]?

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("channel", &channel)
            fields.field("participant", &participant)
            fields.field("messages", &messages, max: Int(ReadConversation.countMax))
            fields.field("media", &media, max: 512)
            fields.field("participants", &participants, max: Int(ReadConversation.countMax))
            fields.field("fields", &self.fields, max: SetParticipantFields.countMax)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownConversation
    }
}

/// One message as it stands now, or something else that happened in its conversation.
public struct Message: Fields, Equatable {
    public enum Author: String, WireWord {
        /// The person.
        case participant
        /// The business itself, outside our product.
        case business
        case assistant, agent
    }

    public var id = MessageID()
    public var kind = ChannelEvent.Kind.message
    public var author = Author.participant
    public var type = ""
    /// As it reads now.
    public var text: String?
    public var sentAt = Timestamp()
    /// How far the platform carried a message of ours; where the person read on, `read`.
    public var status: ChannelEvent.Status?
    public var origin: ChannelEvent.Origin?
    /// Without `target`: see `about`.
    @Boxed public var details: EventDetails?
    /// What the platform said with the status at which the message stands: prices, errors.
    @Boxed public var delivery: EventDetails?
    /// The event as it came, where we don't take over all of it.
    public var raw: RawJSON?
    /// The message that an edit, a reaction, a read or a withdrawal is about, or the comment that a comment answers; absent while we don't
    /// have it.
    public var about: MessageID?
    /// When it was edited last: its versions are `firstText` and the edits about it.
    public var editedAt: Timestamp?
    public var firstText: String?
    /// When it was withdrawn: then nothing of what it said is kept.
    public var withdrawnAt: Timestamp?
    /// One a side, the person's first.
    public var reactions: [Reaction]?
    /// Who wrote a comment; absent for the account's own, and in a talk.
    public var participant: ParticipantID?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("kind", &kind)
        fields.field("author", &author)
        fields.field("type", &type, max: 64)
        fields.field("text", &text, max: 65_536)
        fields.field("sentAt", &sentAt)
        fields.field("status", &status)
        fields.field("origin", &origin)
        fields.field("details", &_details)
        fields.field("delivery", &_delivery)
        fields.field("raw", &raw)
        fields.field("about", &about)
        fields.field("editedAt", &editedAt)
        fields.field("firstText", &firstText, max: 65_536)
        fields.field("withdrawnAt", &withdrawnAt)
        fields.field("reactions", &reactions, max: Message.Author.allCases.count)
        fields.field("participant", &participant)
    }
}

/// What one side feels about a message.
public struct Reaction: Fields, Equatable {
    public var author = Message.Author.participant
    /// As the platform gave it: an emoji, or its name.
    public var emoji = ""
    public var at = Timestamp()

    public init() {}
    public init(by author: Message.Author, _ emoji: String, at: Timestamp) {
        self.author = author
        self.emoji = emoji
        self.at = at
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("author", &author)
        fields.field("emoji", &emoji, max: 65_536)
        fields.field("at", &at)
    }
}
