import Domain
import Policy
import Wire

/// One of the workspace's people has read a conversation up to a message. Each has an own mark, and it never goes back; what the person
/// on the other side has read, the platform's receipts say.
public struct MarkConversationRead: WorkspaceRequest {
    public static let contract = Contract(
        "conversations.markRead", purpose: .provideService, writes: [.account], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    /// What came later is unread.
    public var until = MessageID()

    public init() {}
    public init(workspace: WorkspaceID, conversation: ConversationID, until: MessageID) {
        self.workspace = workspace
        self.conversation = conversation
        self.until = until
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("until", &until)
    }

    public struct Response: Fields, Equatable {
        /// What they have not read now, as `conversations.list` counts it.
        public var unread: Int64 = 0

        public init() {}
        public init(unread: Int64) { self.unread = unread }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("unread", &unread, 0...Conversation.unreadMax) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownConversation
    }
}
