import Domain
import IntakeContracts
import Policy
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Who may see a conversation but not contact data finds no phone, address or name in any byte of any reply.
    @Suite struct MaskTests {
        private let mesh: TestMesh
        private let shop: FilledShop
        private let methods: [ServedMethod]

        init() throws {
            mesh = try TestMesh()
            shop = try FilledShop(mesh, 1)
            methods = try ServedMethod.all(of: mesh)
        }

        private func speaker(_ member: MemberID, of workspace: WorkspaceID?) throws -> Speaker {
            try Speaker(mesh, .operator, token: mesh.call(.intake, IssueToken(workspace: workspace, member: member)).token)
        }

        /// All that a role's methods answer about the shop, by method.
        private func replies(_ role: Role, _ speaker: Speaker) -> [String: String] {
            var replies: [String: String] = [:]
            for (name, cases) in ForeignCase.all {
                for method in methods where method.method == name && method.roles.contains(role.rawValue) {
                    replies[name] = cases.map { speaker.call(method, $0.body(shop.workspace, shop)).description }.joined(separator: "\n")
                }
            }
            return replies
        }

        /// The contact data in replies that were answered, as "method shows it".
        private func shown(_ replies: [String: String]) -> [String] {
            replies.flatMap { name, text in
                shop.contacts.filter { text.lowercased().contains($0.lowercased()) }.map { "\(name) shows \($0)" }
            }.sorted()
        }

        /// Whether each of the methods shows a mask: the service has heard of the instruction.
        private func isMasked(_ speaker: Speaker, _ names: [String]) throws -> Bool {
            try names.allSatisfy { name in
                let method = try #require(methods.first { $0.method == name })
                let cases = ForeignCase.all.first { $0.method == name }?.cases ?? []
                return cases.contains { speaker.call(method, $0.body(shop.workspace, shop)).text.contains(IdentifierMask.mask) }
            }
        }

        @Test func anAgentWhoMayNotSeeContactsSeesNone() throws {
            let agent = try speaker(shop.agent, of: shop.workspace)
            // Control: as long as the customer lets agents, they see all of it.
            #expect(
                mesh.eventually { shop.contacts.allSatisfy { contact in replies(.agent, agent).values.contains { $0.contains(contact) } } })

            _ = try mesh.call(.intake, InstructWorkspace(workspace: shop.workspace, agentsSeeContacts: false))
            #expect(try mesh.eventually { try isMasked(agent, ["conversations.list", "handoff.context"]) })

            let masked = replies(.agent, agent)
            #expect(masked.keys.sorted().contains("channels.notices") && masked["conversations.read"]?.contains("👍") == true)
            #expect(shown(masked) == [])
            // What they need is there: the conversation, its words, what kind of thing was sent.
            #expect(masked["conversations.read"]?.contains("document") == true && masked["handoff.context"]?.contains("letter") == true)
            // Control: the owner sees everything.
            let owner = replies(.owner, try speaker(shop.shop.owner, of: shop.workspace))
            for contact in shop.contacts { #expect(owner.values.contains { $0.contains(contact) }, "\(contact)") }
        }

        @Test func supportUnderAGrantSeesNoContacts() throws {
            let member = try mesh.call(.intake, AddMember(key: RequestKey("support"), workspace: nil, role: Role.support.rawValue)).member
            let support = try speaker(member, of: nil)
            let read = try #require(methods.first { $0.method == "conversations.read" })
            let body = try #require(ForeignCase.all.first { $0.method == "conversations.read" }).cases[2].body(shop.workspace, shop)
            // Control: without the grant nothing at all.
            #expect(support.call(read, body).end == Fault.Code.forbidden.rawValue)

            let until = shop.shop.now.adding(milliseconds: 3_600_000)
            _ = try mesh.call(.intake, InstructWorkspace(workspace: shop.workspace, supportUntil: until))
            #expect(mesh.eventually { support.call(read, body).end == "ok" })

            let replies = replies(.support, support)
            #expect(
                replies.keys.sorted() == [
                    "consents.record", "consents.withdraw", "conversations.list", "conversations.read", "conversations.search"
                ])
            #expect(replies["conversations.list"]?.contains(IdentifierMask.mask) == true)
            #expect(shown(replies) == [])

            _ = try mesh.call(.intake, InstructWorkspace(workspace: shop.workspace, supportUntil: shop.shop.now.adding(milliseconds: -1)))
            #expect(mesh.eventually { support.call(read, body).end == Fault.Code.forbidden.rawValue })
        }
    }
}
