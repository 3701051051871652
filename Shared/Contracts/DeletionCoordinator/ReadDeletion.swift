import Domain
import HolderContracts
import Policy
import Wire

/// Where a deletion stands, with what every holder did and proved.
public struct ReadDeletion: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.read", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer, .operator])

    /// Only where it is of this workspace.
    public var workspace: WorkspaceID?
    public var deletion = DeletionID()

    public init() {}
    public init(workspace: WorkspaceID? = nil, deletion: DeletionID) {
        self.workspace = workspace
        self.deletion = deletion
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
    }

    public struct Response: Fields, Equatable {
        public var deletion = Deletion()
        public var receipts: [ErasureReceipt] = []
        public var proofs: [ProveErasure.Response] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("deletion", &deletion)
            fields.field("receipts", &receipts, max: 16)
            fields.field("proofs", &proofs, max: 16)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownDeletion
    }
}

/// One deletion, without anything that names its person.
public struct Deletion: Fields, Equatable {
    public enum Kind: String, WireWord {
        case person
        /// Whoever authorised a connection, named by a platform's callback.
        case connection
    }

    public enum State: String, WireWord {
        case received, scheduled, erasing, verifying, erasedHere, completed, refused
    }

    public var id = DeletionID()
    public var kind = Kind.person
    public var state = State.received
    /// Absent where a callback matched nothing.
    public var workspace: WorkspaceID?
    /// Whether anything was found under the name given; absent while nobody knows.
    public var found: Bool?
    public var receivedAt = Timestamp()
    /// Not before this time, while it can still be cancelled.
    public var scheduledFor: Timestamp?
    public var completedAt: Timestamp?
    /// Attempts that failed since the last step forward: a holder that is down or a reader that holds on.
    public var failedAttempts: Int64 = 0

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("kind", &kind)
        fields.field("state", &state)
        fields.field("workspace", &workspace)
        fields.field("found", &found)
        fields.field("receivedAt", &receivedAt)
        fields.field("scheduledFor", &scheduledFor)
        fields.field("completedAt", &completedAt)
        fields.field("failedAttempts", &failedAttempts, 0...Int64.max)
    }
}
