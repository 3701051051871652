import Domain
import IntakeContracts
import Policy
import Wire

/// Who acts in the demo: the customer's owner, an agent, and the assistant.
final class DemoPeople {
    private let mesh: Mesh
    private var workspace: WorkspaceID?
    private var members: [Role: MemberID] = [:]
    private var tokens: [Role: String] = [:]

    init(_ mesh: Mesh) { self.mesh = mesh }

    func join(_ workspace: WorkspaceID) throws {
        self.workspace = workspace
        for role in [Role.owner, .agent, .assistant] {
            members[role] = try mesh.call(.intake, AddMember(key: Mesh.newKey(), workspace: workspace, role: role.rawValue)).member
        }
    }

    /// A token of the member with that role, asked for once: the demo is shorter than it lives.
    func token(_ role: Role) throws -> String {
        if let token = tokens[role] { return token }
        guard let member = members[role] else { throw Failure(status: Exit.fault, message: "nobody acts as \(role.rawValue) yet") }
        let token = try mesh.call(.intake, IssueToken(workspace: workspace, member: member)).token
        tokens[role] = token
        return token
    }
}
