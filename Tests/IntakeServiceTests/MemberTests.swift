import Domain
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

/// Who may give and take which role in a workspace.
struct MemberTests {
    private let fixture: IntakeFixture
    private let workspace: WorkspaceID

    init() throws {
        fixture = try IntakeFixture()
        workspace = try fixture.openWorkspace()
    }

    private func add(_ role: Role, _ key: String, as actor: Role) -> Outcome<AddMember> {
        fixture.act(AddMember(key: RequestKey(key), workspace: workspace, role: role.rawValue), as: actor)
    }

    @Test func onlyAnOwnerMakesAndUnmakesOwners() throws {
        let owner = try #require(fixture.member(.owner, of: workspace))
        let agent = try #require(fixture.member(.agent, of: workspace))
        let promotion = SetMemberRole(workspace: workspace, member: agent, role: Role.owner.rawValue)
        func refusals(as actor: Role) -> [String?] {
            [
                refusal(add(.owner, "second", as: actor))?.rawValue, refusal(fixture.act(promotion, as: actor))?.rawValue,
                refusal(fixture.act(SetMemberRole(workspace: workspace, member: owner, role: "agent"), as: actor))?.rawValue,
                refusal(fixture.act(RemoveMember(workspace: workspace, member: owner), as: actor))?.rawValue
            ]
        }

        #expect(refusals(as: .admin) == Array(repeating: "roleNotAllowed", count: 4))
        #expect(try fixture.count("members WHERE role = 'owner' AND removed_at IS NULL") == 1)

        // Control: an admin gives every other role, and an owner makes owners.
        for role in [Role.admin, .manager, .agent, .analyst, .assistant] {
            #expect(refusal(add(role, "new-\(role.rawValue)", as: .admin)) == nil)
        }
        #expect(refusals(as: .owner) == Array(repeating: nil, count: 4))
    }
}

extension IntakeFixture {
    /// A call by a member of the request's workspace in that role, also where the operator itself might make it.
    func act<R: Request>(_ request: R, as role: Role) -> Outcome<R> {
        let workspace = request.scope.map { WorkspaceID(rawValue: $0) }
        guard let member = member(role, of: workspace), case .ok(let issued) = call(IssueToken(workspace: workspace, member: member))
        else { preconditionFailure("the test's workspace has such a member") }
        return LocalTransport(process.router, as: .operator).call(request, CallOptions(timeoutMilliseconds: 60_000, actor: issued.token))
    }
}
