import Access
import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import Policy
import Wire

/// Requests about who may act: members, their tokens, programs, and what a workspace instructs.
extension Intake {
    func registerAccounts() {
        process.router.on(OpenWorkspace.self, openWorkspace)
        process.router.on(ReadWorkspace.self, readWorkspace)
        process.router.on(InstructWorkspace.self, instructWorkspace)
        process.router.on(SetBilling.self, setBilling)
        process.router.on(ReadBilling.self, readBilling)
        process.router.on(AddMember.self, addMember)
        process.router.on(SetMemberRole.self, setMemberRole)
        process.router.on(RemoveMember.self, removeMember)
        process.router.on(IssueToken.self, issueToken)
        process.router.on(AddPeer.self, addPeer)
        process.router.on(RemovePeer.self, removePeer)
        process.router.on(ListPeers.self, listPeers)
    }

    // MARK: Workspaces

    private func openWorkspace(_ request: OpenWorkspace, _ reply: Reply<OpenWorkspace>) {
        guard !request.name.allSatisfy(\.isWhitespace) else { return reply.fault(.malformed, "body: name: expected the customer's name") }
        let (now, id, keyed) = (process.system.clock.now, WorkspaceID(rawValue: newID("ws_")), keyed(request))
        writeFact("open workspace", reply) { [store] connection in
            try store.open(request, keyed, as: id, now: now, connection)
        } then: {
            reply.ok(OpenWorkspace.Response(workspace: $0))
        }
    }

    private func readWorkspace(_ request: ReadWorkspace, _ reply: Reply<ReadWorkspace>) {
        read("workspace", reply) { connection in
            guard let workspace = try store.workspace(request.workspace, connection) else {
                throw IntakeStore.Refused<ReadWorkspace>(reason: .unknownWorkspace)
            }
            return workspace
        }
    }

    private func instructWorkspace(_ request: InstructWorkspace, _ reply: Reply<InstructWorkspace>) {
        let now = process.system.clock.now
        if let until = request.supportUntil, until.rawValue - now.rawValue > InstructWorkspace.supportMillisecondsMax {
            return reply.refuse(.grantTooLong, "support is let in for 7 days at most: name an earlier time")
        }
        writeFact("instruct workspace", reply) { [store] connection in
            try store.instruct(request, now: now, connection)
        } then: {
            reply.ok(InstructWorkspace.Response(instructions: $0))
        }
    }

    private func setBilling(_ request: SetBilling, _ reply: Reply<SetBilling>) {
        let now = process.system.clock.now
        write("set billing", reply) { [store] connection in
            try store.setBilling(request, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func readBilling(_ request: ReadBilling, _ reply: Reply<ReadBilling>) {
        read("billing", reply) { try store.billing(of: request.workspace, $0) }
    }

    // MARK: Members

    private func addMember(_ request: AddMember, _ reply: Reply<AddMember>) {
        guard let role = Role(rawValue: request.role) else { return reply.refuse(.unknownRole, Intake.roles(in: request.workspace)) }
        guard MemberRules.fits(role, in: request.workspace) else {
            return reply.refuse(.roleNotAllowed, Intake.roles(in: request.workspace))
        }
        let (now, id, keyed) = (process.system.clock.now, MemberID(rawValue: newID("mem_")), keyed(request))
        let actor = reply.caller.actor?.role
        writeFact("add member", reply) { [store] connection in
            try store.addMember(request, as: role, by: actor, keyed, id, now: now, connection)
        } then: {
            reply.ok(AddMember.Response(member: $0))
        }
    }

    private func setMemberRole(_ request: SetMemberRole, _ reply: Reply<SetMemberRole>) {
        guard let role = Role(rawValue: request.role) else { return reply.refuse(.unknownRole, Intake.roles(in: request.workspace)) }
        guard MemberRules.fits(role, in: request.workspace) else {
            return reply.refuse(.roleNotAllowed, Intake.roles(in: request.workspace))
        }
        let (now, actor) = (process.system.clock.now, reply.caller.actor?.role)
        writeFact("set role", reply) { [store] connection in
            try store.setRole(request, to: role, by: actor, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func removeMember(_ request: RemoveMember, _ reply: Reply<RemoveMember>) {
        let (now, actor) = (process.system.clock.now, reply.caller.actor?.role)
        writeFact("remove member", reply) { [store] connection in
            try store.removeMember(request, by: actor, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private static func roles(in workspace: WorkspaceID?) -> String {
        let allowed = Role.allCases.filter { MemberRules.fits($0, in: workspace) }.map(\.rawValue).joined(separator: ", ")
        return workspace == nil
            ? "without a workspace a member is one of \(allowed)" : "in a workspace a member is one of \(allowed); only owners make owners"
    }

    private func issueToken(_ request: IssueToken, _ reply: Reply<IssueToken>) {
        guard let member = feed.accessFacts.member(request.member), member.workspace == request.workspace else {
            return reply.refuse(.unknownMember, "no such member there: add them with members.add")
        }
        let now = process.system.clock.now
        let expiresAt = Timestamp(rawValue: now.rawValue + request.seconds * 1000)
        let token = tokens.sign(ActorToken(member: request.member, generation: member.generation, expiresAt: expiresAt))
        process.log.event("tokenIssued", ("peer", .safe(reply.caller.peer.name)), ("role", .safe(member.role.rawValue)))
        let response = IssueToken.Response(token: token, expiresAt: expiresAt)
        // A gateway has signed the member in. Whoever holds the operator's key has not, and so the customer gets to see each time.
        guard reply.caller.peer.kind == .operator else { return reply.ok(response) }
        let issue = Disclosure(
            to: DeletionCoordinatorContracts.Recipient(.operator, request.member.rawValue), IssueToken.contract.reads, items: 1,
            for: IssueToken.contract.purpose, of: request.workspace, about: nil, role: member.role, at: now)
        disclosures.disclose(issue, reply) { reply.ok(response) }
    }

    // MARK: Programs

    private func addPeer(_ request: AddPeer, _ reply: Reply<AddPeer>) {
        guard Peer.ofOthers.contains(request.kind) else {
            return reply.refuse(.kindNotAllowed, "a program is a \(Peer.ofOthers.map(\.rawValue).joined(separator: ", "))")
        }
        guard Hello.isName(request.name), !Peer.allCases.contains(where: { $0.rawValue == request.name }) else {
            return reply.refuse(.badName, "a name is 1 to 32 of a-z 0-9 -, without --, and not one of the mesh's own")
        }
        if request.kind == .connector && request.workspace == nil {
            return reply.refuse(.workspaceMissing, "a connector delivers for one workspace: name it")
        }
        let now = process.system.clock.now
        writeFact("add program", reply) { [store] connection in
            try store.addPeer(request, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func removePeer(_ request: RemovePeer, _ reply: Reply<RemovePeer>) {
        let now = process.system.clock.now
        writeFact("remove program", reply) { [store] connection in
            try store.removePeer(request.name, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func listPeers(_ request: ListPeers, _ reply: Reply<ListPeers>) {
        read("programs", reply) { ListPeers.Response(peers: try store.peers($0)) }
    }
}
