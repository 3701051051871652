import Domain
import Policy
import Wire

/// Takes a deletion back that has not begun: it was asked for by mistake, or its person wants to stay.
public struct CancelDeletion: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.cancel", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer])

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

    /// As it stands then.
    public typealias Response = Deletion
    public typealias Refusal = DecisionRefusal
}
