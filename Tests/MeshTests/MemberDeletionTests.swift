import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import Policy
import TestKit
import Testing
import Wire

extension RealMesh {
    /// One of a customer's own people is forgotten, with real processes.
    @Suite struct MemberDeletionTests {
        @Test func whatAMemberDidGoesWithProofAndTheyAreOneNoLonger() throws {
            let mesh = try TestMesh()
            let shop = try Shop(mesh)
            func join(_ name: String) throws -> MemberID {
                try mesh.call(.intake, AddMember(key: RequestKey(name), workspace: shop.workspace, role: Role.agent.rawValue)).member
            }
            let (leaving, staying) = (try join("leaving"), try join("staying"))
            for (number, member) in [leaving, staying].enumerated() {
                let event = UsageEvent(EventKind(rawValue: "inbox.opened"), at: shop.now, member: member)
                _ = try mesh.call(
                    .intake, RecordUsage(key: RequestKey("usage-\(number)"), workspace: shop.workspace, events: [event]))
            }
            let request = RequestDeletion(
                key: RequestKey("forget"), workspace: shop.workspace, member: leaving, source: .customer, immediately: true)
            var deletion: DeletionID?
            // The coordinator hears of workspace and owner from intake.
            #expect(
                mesh.eventually {
                    do { deletion = try mesh.call(.deletionCoordinator, request).deletion } catch { return false }
                    return true
                })
            let id = try #require(deletion)
            #expect(try mesh.eventually { try shop.isCompleted(id) })

            let read = try shop.state(of: id)
            #expect(read.deletion.kind == .member && read.legs.allSatisfy { $0.state == .proved })
            #expect(read.receipts.first?.rows["usage_events"] == 1 && read.receipts.first?.rows["members"] == 1)
            #expect(throws: NotAnswered.self) { try mesh.call(.intake, IssueToken(workspace: shop.workspace, member: leaving)) }
            _ = try mesh.call(.intake, IssueToken(workspace: shop.workspace, member: staying))
        }
    }
}
