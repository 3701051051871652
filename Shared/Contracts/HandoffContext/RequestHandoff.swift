import Domain
import Policy
import Wire

/// Asks for a person of the customer's to take a conversation over. Asking again changes nothing, unless it is more urgent now.
///
/// An assistant that is not sure says `lowConfidence` and how sure it is: the workspace's rules then decide whether that is sure enough.
public struct RequestHandoff: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.request", purpose: .provideService, writes: [.communication], repeats: .harmless,
        callers: [.operator, .gateway, .assistant], roles: [.owner, .admin, .manager, .agent, .assistant])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    /// `personAsked` says that the person themselves did.
    public var reason = HandoffReason.other
    public var priority = HandoffPriority.normal
    /// In percent; of `lowConfidence` only.
    public var confidence: Int64?

    public init() {}
    public init(
        workspace: WorkspaceID, conversation: ConversationID, reason: HandoffReason, priority: HandoffPriority, confidence: Int64? = nil
    ) {
        self.workspace = workspace
        self.conversation = conversation
        self.reason = reason
        self.priority = priority
        self.confidence = confidence
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("reason", &reason)
        fields.field("priority", &priority)
        fields.field("confidence", &confidence, 0...100)
    }

    public struct Response: Fields, Equatable {
        /// `waiting`, or `human` where a person is there already; as before where the workspace finds the assistant sure enough.
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
