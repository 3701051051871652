import Domain
import Policy
import Wire

/// Says who of the customer's people looks after a conversation, and whether there is anything left to do in it. What is left out stays.
/// A closed conversation is open again once the person writes.
public struct UpdateConversation: WorkspaceRequest {
    public static let contract = Contract(
        "conversations.update", purpose: .provideService, writes: [.communication], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    public var closed: Bool?
    public var assignee: MemberID?
    /// True: nobody in particular.
    public var unassigned: Bool?

    public init() {}
    public init(
        workspace: WorkspaceID, conversation: ConversationID, closed: Bool? = nil, assignee: MemberID? = nil, unassigned: Bool? = nil
    ) {
        self.workspace = workspace
        self.conversation = conversation
        self.closed = closed
        self.assignee = assignee
        self.unassigned = unassigned
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("closed", &closed)
        fields.field("assignee", &assignee)
        fields.field("unassigned", &unassigned)
    }

    public struct Response: Fields, Equatable {
        public var closedAt: Timestamp?
        public var assignee: MemberID?

        public init() {}
        public init(closedAt: Timestamp?, assignee: MemberID?) {
            self.closedAt = closedAt
            self.assignee = assignee
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("closedAt", &closedAt)
            fields.field("assignee", &assignee)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownConversation
        /// The workspace has no such member.
        case unknownMember
    }
}
