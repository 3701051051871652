import Domain
import Policy
import Wire

/// Gives a member another role. Tokens made before are worth nothing from then on: at once in intake, within 60 s everywhere.
public struct SetMemberRole: AnyWorkspaceRequest {
    public static let contract = Contract(
        "members.setRole", purpose: .provideService, writes: [.account], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .operator])

    public var workspace: WorkspaceID?
    public var member = MemberID()
    /// As in `members.add`.
    public var role = ""

    public init() {}
    public init(workspace: WorkspaceID?, member: MemberID, role: String) {
        self.workspace = workspace
        self.member = member
        self.role = role
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("member", &member)
        fields.field("role", &role, max: 32)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownMember, unknownRole, roleNotAllowed
        /// A workspace keeps an owner.
        case lastOwner
    }
}
