import Domain
import Policy
import Wire

/// Messages of a workspace that hold all words and phrases of a query, the newest first. Case, accents and punctuation make no
/// difference; where a script puts no blanks between words, any part of a run is found. A message can be found about a second after it
/// came, under the words that it has now.
public struct SearchConversations: WorkspaceRequest {
    public static let contract = Contract(
        "conversations.search", purpose: .provideService, reads: [.communication, .profile], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager, .agent, .support])
    public static let countMax: Int64 = 50
    public static let queryLengthMax = 256

    public var workspace = WorkspaceID()
    /// Words, and phrases in quotation marks.
    public var query = ""
    public var participant: ParticipantID?
    public var channel: ChannelID?
    /// Only what was sent from then on, and before then.
    public var since: Timestamp?
    public var until: Timestamp?
    public var limit: Int64 = 0
    /// Only messages older than this one: where the page before ended.
    public var before: MessageID?

    public init() {}
    public init(workspace: WorkspaceID, query: String, limit: Int64, before: MessageID? = nil) {
        self.workspace = workspace
        self.query = query
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("query", &query, min: 1, max: SearchConversations.queryLengthMax)
        fields.field("participant", &participant)
        fields.field("channel", &channel)
        fields.field("since", &since)
        fields.field("until", &until)
        fields.field("limit", &limit, 1...SearchConversations.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var messages: [FoundMessage] = []
        /// Where to go on (`before`); absent when there is nothing more. A search that finds little in much may give it with fewer messages
        /// than asked for, or none.
        public var next: MessageID?

        public init() {}
        public init(messages: [FoundMessage], next: MessageID? = nil) {
            self.messages = messages
            self.next = next
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("messages", &messages, max: Int(SearchConversations.countMax))
            fields.field("next", &next)
        }
    }

    public enum Refusal: String, RefusalReason {
        /// The query holds no word.
        case nothingToFind
    }
}

/// A message that a search found, and where it stands.
public struct FoundMessage: Fields, Equatable {
    /// Of a message and the captions of all its attachments.
    static let textLengthMax = 65_536 + EventDetails.attachmentCountMax * (Attachment.captionLengthMax + 1)

    public var conversation = ConversationID()
    public var channel = ChannelID()
    public var participant = ParticipantID()
    public var message = MessageID()
    public var kind = ChannelEvent.Kind.message
    public var author = Message.Author.participant
    public var sentAt = Timestamp()
    /// What it says; captions of its media follow on lines of their own.
    public var text = ""

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("conversation", &conversation)
        fields.field("channel", &channel)
        fields.field("participant", &participant)
        fields.field("message", &message)
        fields.field("kind", &kind)
        fields.field("author", &author)
        fields.field("sentAt", &sentAt)
        fields.field("text", &text, max: FoundMessage.textLengthMax)
    }
}
