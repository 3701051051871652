import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Wire

/// `retention.set`, `.read` and `.run`.
extension DeletionCoordinator {
    func registerRetention() {
        process.router.on(SetRetention.self, setRetention)
        process.router.on(ReadRetention.self, readRetention)
        process.router.on(RunRetention.self, runRetention)
    }

    func setRetention(_ request: SetRetention, _ reply: Reply<SetRetention>) {
        guard access.facts.workspace(request.workspace) != nil else {
            return reply.refuse(.unknownWorkspace, "no such workspace: look for a spelling mistake")
        }
        guard request.rule.workspaceMayShorten else {
            return reply.refuse(
                .notTheWorkspaces,
                "a workspace decides about its messenger data: \(Retention.workspaceRules); all else is kept by law or ours")
        }
        if let days = request.days, let most = request.rule.workspaceDaysMax, days > most {
            return reply.refuse(.longerThanDefault, "it is kept \(request.rule): a workspace may say less, not more")
        }
        let now = process.system.clock.now
        write("set retention", reply) { connection in
            try DeletionCoordinatorStore.set(request.rule, of: request.workspace, days: request.days, now: now, connection)
        } then: { [process] in
            process.log.event("retentionSet", ("rule", .safe(request.rule.rawValue)), ("days", .int(request.days ?? 0)))
            reply.ok(RetentionRule(request.rule, workspaceDays: request.days))
        }
    }

    func readRetention(_ request: ReadRetention, _ reply: Reply<ReadRetention>) {
        read(reply) {
            let own = try request.workspace.map { try store.ownLengths()[$0] ?? [:] } ?? [:]
            return ReadRetention.Response(
                rules: Retention.allCases.map { RetentionRule($0, workspaceDays: own[$0]) },
                runs: try store.runs(of: request.workspace, limit: request.limit, before: request.before))
        }
    }

    func runRetention(_ request: RunRetention, _ reply: Reply<RunRetention>) {
        if let workspace = request.workspace, access.facts.workspace(workspace) == nil {
            return reply.refuse(.unknownWorkspace, "no such workspace: look for a spelling mistake")
        }
        let isTaken = retention.ask(
            RetentionRuns.Wanted(workspace: request.workspace, rule: request.rule, isDryRun: request.isDryRun) { [self] result in
                switch result {
                case .success(let run): reply.ok(run)
                case .failure(let error): fail(error, reply)
                }
            })
        if !isTaken { reply.refuse(.tooManyWait, "\(RetentionRuns.waitingMax) runs wait already: try again later") }
    }
}

extension Retention {
    fileprivate static var workspaceRules: String { allCases.filter(\.workspaceMayShorten).map(\.rawValue).joined(separator: ", ") }
}
