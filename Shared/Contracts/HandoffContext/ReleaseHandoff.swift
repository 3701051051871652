import Domain
import Policy
import Wire

/// Gives a conversation back to the assistant: whoever holds it does, or a manager, admin or owner.
public struct ReleaseHandoff: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.release", purpose: .provideService, writes: [.communication, .account], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager, .agent])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()

    public init() {}
    public init(workspace: WorkspaceID, conversation: ConversationID) {
        self.workspace = workspace
        self.conversation = conversation
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownConversation, workspaceTerminated
        /// Somebody else holds it, or nobody does.
        case notHolder
    }
}
