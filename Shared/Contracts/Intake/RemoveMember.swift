import Domain
import Policy
import Wire

/// Removes a member: out at once in intake, within 60 s everywhere. Removing somebody who is gone changes nothing.
public struct RemoveMember: AnyWorkspaceRequest {
    public static let contract = Contract(
        "members.remove", purpose: .provideService, writes: [.account], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .operator])

    public var workspace: WorkspaceID?
    public var member = MemberID()

    public init() {}
    public init(workspace: WorkspaceID?, member: MemberID) {
        self.workspace = workspace
        self.member = member
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("member", &member)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownMember, roleNotAllowed, lastOwner
    }
}
