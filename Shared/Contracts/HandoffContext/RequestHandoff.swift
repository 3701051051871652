import Domain
import Policy
import Wire

/// Asks for a person of the customer's to take a conversation over. Asking again changes nothing, unless it is more urgent now.
public struct RequestHandoff: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.request", purpose: .provideService, writes: [.communication], repeats: .harmless,
        callers: [.operator, .gateway, .assistant], roles: [.owner, .admin, .manager, .agent, .assistant])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    /// `personAsked` says that the person themselves did.
    public var reason = HandoffReason.other
    public var priority = HandoffPriority.normal

    public init() {}
    public init(workspace: WorkspaceID, conversation: ConversationID, reason: HandoffReason, priority: HandoffPriority) {
        self.workspace = workspace
        self.conversation = conversation
        self.reason = reason
        self.priority = priority
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("reason", &reason)
        fields.field("priority", &priority)
    }

    public struct Response: Fields, Equatable {
        /// `waiting`, or `human` where a person is there already.
        public var state = HandoffState.waiting
        public var ask: HandoffAsk?

        public init() {}
        public init(state: HandoffState, ask: HandoffAsk?) {
            self.state = state
            self.ask = ask
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("state", &state)
            fields.field("ask", &ask)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownConversation, workspaceTerminated
    }
}
