import Domain
import Policy
import Wire

/// A workspace's conversations, the last active first.
public struct ListConversations: WorkspaceRequest {
    public static let contract = Contract(
        "conversations.list", purpose: .provideService, reads: [.communication, .profile], repeats: .harmless,
        callers: [.operator, .gateway, .handoffContext], roles: [.owner, .admin, .manager, .agent, .support])
    public static let countMax: Int64 = 100

    public var workspace = WorkspaceID()
    public var channel: ChannelID?
    public var kind: ConversationKind?
    /// Only theirs.
    public var assignee: MemberID?
    /// Only open ones, or only closed ones.
    public var open: Bool?
    public var limit: Int64 = 0
    /// Where the page before ended.
    public var before: PageMark?

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID? = nil, limit: Int64, before: PageMark? = nil) {
        self.workspace = workspace
        self.channel = channel
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("kind", &kind)
        fields.field("assignee", &assignee)
        fields.field("open", &open)
        fields.field("limit", &limit, 1...ListConversations.countMax)
        fields.field("before", &before)
    }

    /// The last conversation of a page: the next page follows behind it, whatever arrives in between.
    public struct PageMark: Fields, Equatable {
        public var lastMessage = MessageID()

        public init() {}
        public init(lastMessage: MessageID) { self.lastMessage = lastMessage }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("lastMessage", &lastMessage) }
    }

    public struct Response: Fields, Equatable {
        public var conversations: [Conversation] = []

        public init() {}
        public init(conversations: [Conversation]) { self.conversations = conversations }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("conversations", &conversations, max: Int(ListConversations.countMax))
        }
    }
}

public enum ConversationKind: String, WireWord {
    /// A talk with one person.
    case direct
    /// What people say in public under one medium.
    case comments
}

/// One conversation on one channel: with one person, or of whoever comments on one medium.
public struct Conversation: Fields, Equatable {
    /// As many stand for more.
    public static let unansweredMax: Int64 = 10
    public static let unreadMax: Int64 = 100

    public var id = ConversationID()
    public var channel = ChannelID()
    /// Whom it is with; of comments whoever wrote the last.
    public var participant = Participant()
    public var lastMessage = MessageID()
    public var lastActivityAt = Timestamp()
    /// Messages of the person, or comments, since the last of ours; at most 10.
    public var unanswered: Int64 = 0
    /// Messages of the person, or comments, that whoever asks has not read, among the last 100 of the conversation; absent where none of
    /// the workspace's people asks.
    public var unread: Int64?
    /// Since when there is nothing left to do in it; absent while there is.
    public var closedAt: Timestamp?
    public var assignee: MemberID?
    /// The platform's id of what is commented on, empty where it names none; absent in a talk with one person.
    public var media: String?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("channel", &channel)
        fields.field("participant", &participant)
        fields.field("lastMessage", &lastMessage)
        fields.field("lastActivityAt", &lastActivityAt)
        fields.field("unanswered", &unanswered, 0...Conversation.unansweredMax)
        fields.field("unread", &unread, 0...Conversation.unreadMax)
        fields.field("closedAt", &closedAt)
        fields.field("assignee", &assignee)
        fields.field("media", &media, max: 512)
    }
}

/// A person as the workspace knows them.
public struct Participant: Fields, Equatable {
    public var id = ParticipantID()
    public var name: String?
    public var aliases: [Alias] = []
    /// Of their public profile, where a connector fetched it.
    public var pictureURL: String?
    public var followers: Int64?
    /// Since when the person wants no marketing; absent while they don't object.
    public var marketingObjectionAt: Timestamp?
    /// Since when their data is stored and nothing else: no context, no search, no automation; absent while nothing is restricted.
    public var restrictedAt: Timestamp?

    /// All by which the person is called: what a role that sees no contact data must not find in a text either.
    public var names: [String] { [name].compactMap { $0 } + aliases.filter { $0.kind == .username }.map(\.value) }

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("name", &name, max: 200)
        fields.field("aliases", &aliases, max: 64)
        fields.field("pictureURL", &pictureURL, max: RecordProfile.pictureURLLengthMax)
        fields.field("followers", &followers, 0...Int64.max)
        fields.field("marketingObjectionAt", &marketingObjectionAt)
        fields.field("restrictedAt", &restrictedAt)
    }
}
