import Domain
import Policy
import Wire

/// Says that a conversation has passed to somebody else: from now on no reply is recorded under a lease of an earlier turn.
///
/// Sent by handoff-context before it tells whoever took the conversation, or gave it back. Where it doesn't arrive, an earlier lease is good
/// until somebody answers under a later one, or until it ends by itself.
public struct PassTurn: WorkspaceRequest {
    public static let contract = Contract(
        "replies.passTurn", purpose: .provideService, writes: [.communication], repeats: .harmless, deadlineMilliseconds: 1000,
        callers: [.handoffContext])

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    /// Grows whenever the conversation passes.
    public var turn: Int64 = 0

    public init() {}
    public init(workspace: WorkspaceID, conversation: ConversationID, turn: Int64) {
        self.workspace = workspace
        self.conversation = conversation
        self.turn = turn
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("turn", &turn, 0...Int64.max)
    }

    public typealias Response = Empty
}
