import Domain
import IntakeContracts
import MeshContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// People's tokens as they are made, carried and lost in the real mesh.
    @Suite struct TokenTests {
        private let mesh: TestMesh
        private let shop: Shop

        init() throws {
            mesh = try TestMesh()
            shop = try Shop(mesh)
        }

        @Test func meshctlShowsContentWithTheTokenOfWhoMaySeeItAndToNobodyElse() throws {
            let other = try Shop(mesh, 2)
            #expect(try shop.deliver(Letter(from: Person(.whatsapp, 1), 1, sentAt: shop.now)) == 200)
            for (name, whose) in [("own", shop), ("other", other)] {
                let made = try MeshctlRun(
                    mesh, "token", whose.owner.rawValue, "--workspace", whose.workspace.rawValue, into: mesh.folder.path(name))
                #expect(made.status == 0)
            }
            let call = ["call", "conversations.list", #"{"workspace":"\#(shop.workspace.rawValue)","limit":10}"#]
            func list(_ token: String?) throws -> MeshctlRun {
                guard let token else { return try MeshctlRun(mesh, call[0], call[1], call[2]) }
                return try MeshctlRun(mesh, call[0], call[1], call[2], "--token", mesh.folder.path(token))
            }

            #expect(try mesh.eventually { try list("own").output.contains(Person(.whatsapp, 1).name) })

            for token in [nil, "other"] {
                let refused = try list(token)
                #expect(refused.status == 2 && refused.output.isEmpty, "\(token ?? "none")")
            }
            // Control: what turned them away is who they are, and not that the call is a bad one.
            #expect(try list("own").status == 0)
        }

        /// `access.feed` carries it: at once in intake, within the 60 s rule everywhere else.
        @Test func aRemovedMemberIsOutOfAllFourServices() throws {
            let joining = AddMember(key: RequestKey("agent"), workspace: shop.workspace, role: Role.agent.rawValue)
            let agent = try mesh.call(.intake, joining).member
            let token = try mesh.call(.intake, IssueToken(workspace: shop.workspace, member: agent)).token
            func isLetIn(_ service: Peer) throws -> Bool {
                let client = try mesh.client(to: service)
                defer { client.close() }
                do { _ = try client.call(Echo(payload: ""), CallOptions(actor: token)).answer() } catch let error as NotAnswered {
                    #expect(error.code == Fault.Code.forbidden.rawValue)
                    return false
                }
                return true
            }
            // Control: each of them knows the member before.
            for service in MeshPlan.services { #expect(try mesh.eventually { try isLetIn(service) }, "\(service)") }

            _ = try mesh.call(.intake, RemoveMember(workspace: shop.workspace, member: agent))

            #expect(try !isLetIn(.intake))
            for service in MeshPlan.services { #expect(try mesh.eventually { try !isLetIn(service) }, "\(service)") }
        }
    }
}
