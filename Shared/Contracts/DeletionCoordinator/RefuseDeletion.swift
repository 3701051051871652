import Domain
import Policy
import Wire

/// Says no to a deletion that has not begun, with the ground and where its person may turn to: the status page tells both.
public struct RefuseDeletion: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.refuse", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer])
    public static let contactLengthMax = 200

    /// Only where it is of this workspace.
    public var workspace: WorkspaceID?
    public var deletion = DeletionID()
    public var ground = Deletion.Ground.identityNotProven
    /// An office's address or page, not a person's.
    public var contact = ""

    public init() {}
    public init(workspace: WorkspaceID? = nil, deletion: DeletionID, ground: Deletion.Ground, contact: String) {
        self.workspace = workspace
        self.deletion = deletion
        self.ground = ground
        self.contact = contact
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
        fields.field("ground", &ground)
        fields.field("contact", &contact, min: 1, max: RefuseDeletion.contactLengthMax)
    }

    /// As it stands then.
    public typealias Response = Deletion
    public typealias Refusal = DecisionRefusal
}
