import DeletionCoordinatorContracts
import Domain
import HandoffContextContracts
import IntakeContracts
import Policy
import Runtime
import TestKit
import Testing
import Wire

extension RealMesh {
    /// Nobody of one workspace ever sees, or moves, anything of another: through every method that the four processes serve.
    @Suite struct CrossWorkspaceTests {
        private let mesh: TestMesh
        private let ours, theirs: FilledShop
        private let methods: [ServedMethod]

        init() throws {
            mesh = try TestMesh()
            theirs = try FilledShop(mesh, 2)
            ours = try FilledShop(mesh, 1)
            methods = try ServedMethod.all(of: mesh)
            for (name, kind) in [("our-gateway", Peer.gateway), ("our-lumi", .assistant)] {
                try mesh.addProgram(name, kind, of: ours.workspace)
            }
        }

        private func token(_ member: MemberID, of workspace: WorkspaceID) throws -> String {
            try mesh.call(.intake, IssueToken(workspace: workspace, member: member)).token
        }

        /// Our owner at their own desk and through a gateway; the gateway itself; our assistant.
        private func ourSpeakers() throws -> [Speaker] {
            let lumi = try mesh.call(
                .intake, AddMember(key: RequestKey("lumi"), workspace: ours.workspace, role: Role.assistant.rawValue)
            ).member
            let (owner, assistant) = (try token(ours.shop.owner, of: ours.workspace), try token(lumi, of: ours.workspace))
            let speakers = [
                try Speaker(mesh, .operator, token: owner), try Speaker(mesh, .gateway, name: "our-gateway", token: owner),
                try Speaker(mesh, .gateway, name: "our-gateway", token: nil), try Speaker(mesh, .operator, token: assistant),
                try Speaker(mesh, .assistant, name: "our-lumi", token: assistant)
            ]
            // Every service has heard of all of them.
            let echoes = methods.filter { $0.method == "mesh.echo" }
            #expect(
                mesh.eventually { speakers.allSatisfy { who in echoes.allSatisfy { who.call($0, #"{"payload":""}"#).end == "ok" } } })
            return speakers
        }

        @Test func theirWorkspaceIsForbiddenInEveryMethod() throws {
            let open = Set(["mesh.echo", "mesh.contracts", "subprocessors.list"])  // Of no workspace.
            #expect(Set(methods.map(\.method)).isSuperset(of: open) && methods.count > 60)

            for speaker in try ourSpeakers() {
                for method in methods where !open.contains(method.method) {
                    let body = try method.goldenBody(of: theirs.workspace)
                    let heard = speaker.call(method, body)
                    #expect(
                        heard.end == "forbidden", "\(method.method) at \(method.service.rawValue) as \(speaker.peer.rawValue): \(heard)")
                    // Nor by naming no workspace at all.
                    let unnamed = body.replacing(#""workspace":"\#(theirs.workspace.rawValue)","#, with: "")
                    if unnamed != body, method.isForMembers {
                        let heard = speaker.call(method, unnamed)
                        #expect(["forbidden", "malformed"].contains(heard.end), "\(method.method) without a workspace: \(heard)")
                    }
                }
            }
        }

        @Test func theirIdsLeadNowhereFromOurWorkspace() throws {
            let served = Set(methods.filter(\.isForMembers).map(\.method))
            #expect(served == Set(ForeignCase.all.map(\.method)), "each method has its cases")
            let before = try picture()
            let speakers = try ourSpeakers()

            for (name, cases) in ForeignCase.all {
                for method in methods where method.method == name {
                    for one in cases {
                        for speaker in speakers {
                            let heard = speaker.call(method, one.body(ours.workspace, theirs))
                            #expect(["forbidden", one.end].contains(heard.end), "\(name) as \(speaker.peer.rawValue): \(heard)")
                            for needle in theirs.needles { #expect(!heard.text.contains(needle), "\(name) shows \(needle)") }
                        }
                        let first = speakers[0].call(method, one.body(ours.workspace, theirs))
                        #expect(first.end == one.end, "our owner is let in, \(name): \(first)")
                    }
                }
            }

            // The erasure that we asked for is through, and nothing of theirs has moved.
            #expect(
                try mesh.eventually {
                    try mesh.call(.deletionCoordinator, ListDeletions(workspace: ours.workspace, limit: 200)).deletions
                        .filter { $0.scheduledFor.map { $0 <= ours.shop.now } ?? false }.allSatisfy { $0.state == .completed }
                })
            #expect(try picture() == before)
        }

        /// The same calls are good ones where the ids belong: else the test above shows nothing.
        @Test func theirOwnerGetsAllOfIt() throws {
            let owner = try Speaker(mesh, .operator, token: token(theirs.shop.owner, of: theirs.workspace))
            var shown = ""
            for (name, cases) in ForeignCase.all {
                for method in methods where method.method == name {
                    for one in cases {
                        let heard = owner.call(method, one.body(theirs.workspace, theirs))
                        #expect(heard.end == one.endForOwner, "\(name): \(heard)")
                        shown += heard.text
                    }
                }
            }
            // Members are known by their tokens; no method lists them.
            let unlisted = [theirs.agent.rawValue, theirs.shop.owner.rawValue]
            for needle in theirs.needles where !unlisted.contains(needle) { #expect(shown.contains(needle), "\(needle) is never shown") }
        }

        @Test func aGatewayOfOursGetsNoTokenOfTheirs() throws {
            let gateway = try Speaker(mesh, .gateway, name: "our-gateway", token: nil)
            let issue = try #require(methods.first { $0.method == "members.issueToken" })
            func ask(_ workspace: WorkspaceID, _ member: MemberID) -> Heard {
                gateway.call(issue, #"{"workspace":"\#(workspace.rawValue)","member":"\#(member.rawValue)","seconds":60}"#)
            }
            #expect(ask(theirs.workspace, theirs.shop.owner).end == "forbidden")
            #expect(ask(ours.workspace, theirs.shop.owner).end == "unknownMember")
            #expect(ask(ours.workspace, ours.shop.owner).end == "ok")
        }

        /// All that their owner sees of what could have been moved.
        private func picture() throws -> [String] {
            let owner = try Speaker(mesh, .operator, token: token(theirs.shop.owner, of: theirs.workspace))
            let reading = [
                "workspaces.read", "workspaces.readBilling", "channels.list", "channels.notices", "conversations.list",
                "conversations.read",
                "handoff.context", "deletions.list"
            ]
            return try reading.flatMap { name in
                let method = try #require(methods.first { $0.method == name })
                let cases = ForeignCase.all.first { $0.method == name }?.cases ?? []
                return cases.map { owner.call(method, $0.body(theirs.workspace, theirs)).description }
            }
        }
    }
}
