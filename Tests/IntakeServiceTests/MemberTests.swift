import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import Policy
import SQLite
import TestKit
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

    /// The operator helps a customer who has no owner, and can never become one beside them.
    @Test func theOperatorMakesTheFirstOwnerAndNoOther() throws {
        func owner(_ key: String) -> AddMember { AddMember(key: RequestKey(key), workspace: workspace, role: Role.owner.rawValue) }
        let first = try fixture.ok(owner("first"))
        let agent = try fixture.ok(AddMember(key: RequestKey("agent"), workspace: workspace, role: Role.agent.rawValue))

        #expect(refusal(fixture.call(owner("second"))) == .roleNotAllowed)
        let promotion = SetMemberRole(workspace: workspace, member: agent.member, role: Role.owner.rawValue)
        #expect(refusal(fixture.call(promotion)) == .roleNotAllowed)
        #expect(refusal(fixture.call(RemoveMember(workspace: workspace, member: first.member))) == .roleNotAllowed)
        let demotion = SetMemberRole(workspace: workspace, member: first.member, role: Role.agent.rawValue)
        #expect(refusal(fixture.call(demotion)) == .roleNotAllowed)
        #expect(try fixture.count("members WHERE role = 'owner' AND removed_at IS NULL") == 1)

        // Controls: a repeat is answered as before, and a workspace of its own gets its own owner.
        #expect(try fixture.ok(owner("first")) == first)
        let other = try fixture.openWorkspace("workspace-2")
        #expect(fixture.member(.owner, of: other) != nil)
    }

    // MARK: Tokens

    private func issue(_ member: MemberID) throws -> String { try fixture.ok(IssueToken(workspace: workspace, member: member)).token }

    @Test func eachTokenThatTheOperatorGetsIsOnRecord() throws {
        let agent = try #require(fixture.member(.agent, of: workspace))
        let told = fixture.coordinator.tellings

        let token = try issue(agent)

        #expect(fixture.coordinator.wait(forTellings: told + 1))
        let issue = try #require(fixture.coordinator.disclosures.last)
        #expect(
            issue.recipient == DeletionCoordinatorContracts.Recipient(.operator, agent.rawValue) && issue.workspace == workspace
                && issue.role == .agent)
        #expect(issue.categories == [.account] && issue.items == 1 && issue.subject == nil && issue.at == fixture.time.now)
        #expect(try fixture.occurrences(of: token) == 0)
        // Control: a gateway has signed its members in, and asks all day.
        _ = try fixture.ok(AddPeer(name: "front", kind: .gateway, workspace: nil))
        let gateway = LocalTransport(fixture.process.router, as: .gateway, name: "front")
        _ = try gateway.call(IssueToken(workspace: workspace, member: agent)).answer()
        #expect(try fixture.count("disclosure_outbox") == 0 && fixture.coordinator.tellings == told + 1)
    }

    @Test func aTokenThatCannotBeRecordedIsNotGiven() throws {
        let agent = try #require(fixture.member(.agent, of: workspace))
        try fixture.database.writer.write("break the outbox") {
            try $0.execute("CREATE TRIGGER broken BEFORE INSERT ON disclosure_outbox BEGIN SELECT RAISE(ABORT, 'broken'); END")
        }
        #expect(fault(fixture.call(IssueToken(workspace: workspace, member: agent)))?.code == .unavailable)
    }

    @Test func aCoordinatorThatIsDownHearsOfItLater() throws {
        let agent = try #require(fixture.member(.agent, of: workspace))
        fixture.coordinator.be(.down)
        _ = try issue(agent)
        #expect(fixture.coordinator.disclosures.isEmpty)
        #expect(try fixture.count("disclosure_outbox") == 1)

        fixture.coordinator.be(.well)
        try fixture.reopen()

        #expect(fixture.coordinator.wait(forTellings: 2))
        #expect(fixture.coordinator.disclosures.map(\.recipient) == [DeletionCoordinatorContracts.Recipient(.operator, agent.rawValue)])
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
