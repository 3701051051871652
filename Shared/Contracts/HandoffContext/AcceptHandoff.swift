import Domain
import Policy
import Wire

/// Takes over a conversation that waits. Accepting it again prolongs the lease; a manager, admin or owner takes one over from somebody
/// else, everybody does once that one's lease has ended. Nobody else answers in the conversation until then.
public struct AcceptHandoff: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.accept", purpose: .provideService, reads: [.communication, .profile], writes: [.communication, .account],
        repeats: .harmless, callers: [.operator, .gateway], roles: [.owner, .admin, .manager, .agent])

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

    public struct Response: Fields, Equatable {
        public var lease = GivenLease()
        /// What led to it.
        public var ask = HandoffAsk()

        public init() {}
        public init(lease: GivenLease, ask: HandoffAsk) {
            self.lease = lease
            self.ask = ask
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("lease", &lease)
            fields.field("ask", &ask)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownConversation, workspaceTerminated
        /// Nobody asked for a person: ask first.
        case notWaiting
        case heldByAnother
    }
}
