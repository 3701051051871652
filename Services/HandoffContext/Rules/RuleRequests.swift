import Domain
import HandoffContextContracts
import Wire

/// Requests about when a workspace wants a person.
extension Handoff {
    func registerRules() {
        process.router.on(SetRules.self, setRules)
        process.router.on(ReadRules.self, readRules)
    }

    private func setRules(_ request: SetRules, _ reply: Reply<SetRules>) {
        guard isKnown(request.workspace) else { return reply.refuse(.unknownWorkspace, "open it with workspaces.open first") }
        if isTerminated(request.workspace) { return reply.refuse(.workspaceTerminated, Handoff.terminated) }
        do throws(RuleBook.Problem) { _ = try RuleBook.checked(request.rules) } catch {
            switch error {
            case .phraseEmpty: return reply.refuse(.phraseEmpty, "a phrase needs a letter or a digit")
            case .unknownZone: return reply.refuse(.unknownZone, "name a zone of the time zone database, such as Europe/Lisbon")
            case .hoursInvalid:
                return reply.refuse(.hoursInvalid, "at least one span; each opens before it closes, and no two overlap")
            }
        }
        let now = process.system.clock.now
        write("set rules", reply) { [store] connection in
            try store.set(request.rules, of: request.workspace, now: now, connection)
        } then: {
            reply.ok(Empty())
        }
    }

    private func readRules(_ request: ReadRules, _ reply: Reply<ReadRules>) {
        do {
            let rules = try database.read("rules") { try store.rules(of: request.workspace, $0) }
            reply.ok(ReadRules.Response(rules: rules ?? HandoffRules()))
        } catch {
            fail(error, reply)
        }
    }
}
