import Domain
import Policy
import Wire

/// Adds somebody who may act in a workspace, or, without one, one of Botseller's own people.
public struct AddMember: Keyed, AnyWorkspaceRequest {
    public static let contract = Contract(
        "members.add", purpose: .provideService, writes: [.account], repeats: .deduplicated, callers: [.operator, .gateway],
        roles: [.owner, .admin, .operator])

    public var key = RequestKey()
    public var workspace: WorkspaceID?
    /// A word of `Role`. In a workspace: owner, admin, manager, agent, analyst, assistant; without one: operator, support, privacyOfficer,
    /// auditor.
    public var role = ""

    public init() {}
    public init(key: RequestKey, workspace: WorkspaceID?, role: String) {
        self.key = key
        self.workspace = workspace
        self.role = role
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("role", &role, max: 32)
    }

    public struct Response: Fields, Equatable {
        public var member = MemberID()

        public init() {}
        public init(member: MemberID) { self.member = member }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("member", &member) }
    }

    public enum Refusal: String, RefusalReason {
        case keyReused, unknownWorkspace, workspaceTerminated, unknownRole
        /// A role that the workspace, or whoever asks, can't give.
        case roleNotAllowed
    }
}
