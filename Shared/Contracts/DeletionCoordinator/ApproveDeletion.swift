import Domain
import Policy
import Wire

/// The workspace agrees to a deletion that waits for its decision, or has a scheduled one begin without its window.
public struct ApproveDeletion: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.approve", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer])

    /// Only where it is of this workspace.
    public var workspace: WorkspaceID?
    public var deletion = DeletionID()
    /// Without the time in which it could be cancelled.
    public var immediately = false

    public init() {}
    public init(workspace: WorkspaceID? = nil, deletion: DeletionID, immediately: Bool = false) {
        self.workspace = workspace
        self.deletion = deletion
        self.immediately = immediately
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
        fields.field("immediately", &immediately)
    }

    /// As it stands then.
    public typealias Response = Deletion
    public typealias Refusal = DecisionRefusal
}

/// Why a decision about a deletion changes nothing.
public enum DecisionRefusal: String, RefusalReason {
    case unknownDeletion
    /// It has begun or ended, or this was decided before: `deletions.read` tells.
    case notAwaited
}
