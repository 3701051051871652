import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Wire

/// Requests that decide about a deletion: whose it is, whether it may be, that it is not to be.
extension DeletionCoordinator {
    func registerDecisions() {
        process.router.on(ConfirmIdentity.self, confirmIdentity)
        process.router.on(ApproveDeletion.self, approve)
        process.router.on(RefuseDeletion.self, refuse)
        process.router.on(CancelDeletion.self, cancel)
        process.router.on(ExtendDeletion.self, extend)
    }

    func approve(_ request: ApproveDeletion, _ reply: Reply<ApproveDeletion>) {
        decide(.approve(immediately: request.immediately), request, request.deletion, reply)
    }

    func refuse(_ request: RefuseDeletion, _ reply: Reply<RefuseDeletion>) {
        decide(.refuse(request.ground, contact: request.contact), request, request.deletion, reply)
    }

    func cancel(_ request: CancelDeletion, _ reply: Reply<CancelDeletion>) { decide(.cancel, request, request.deletion, reply) }

    func extend(_ request: ExtendDeletion, _ reply: Reply<ExtendDeletion>) {
        let now = process.system.clock.now
        write("extend deletion", reply) { connection in
            try DeletionCoordinatorStore.extend(request.deletion, days: request.days, request.ground, now: now, connection)
        } then: { [self] result in
            switch result {
            case .made:
                notices.wake()
                do {
                    guard let response = try store.read(request.deletion) else {
                        return reply.refuse(.unknownDeletion, "no such deletion")
                    }
                    reply.ok(response.deletion)
                } catch { fail(error, reply) }
            case .unknown: reply.refuse(.unknownDeletion, "no such deletion")
            case .notExtendable: reply.refuse(.notExtendable, "it has ended, was extended before, or its first 30 days are over")
            }
        }
    }

    func confirmIdentity(_ request: ConfirmIdentity, _ reply: Reply<ConfirmIdentity>) {
        if let deletion = request.deletion, request.identity != nil, request.code == nil, request.sender == nil {
            return decide(.confirm(.officerRecord, nil), about: deletion, reply)
        }
        guard let code = request.code, let sender = request.sender, request.deletion == nil, request.identity == nil else {
            return reply.fault(.malformed, "body: expected deletion and identity, or code and sender")
        }
        // Whoever could send us codes with senders of their choice could erase anybody: only intake sees who wrote what.
        guard reply.caller.peer.kind == .intake else { return reply.fault(.forbidden, "a code is confirmed by intake alone") }
        if let problem = sender.alias.problem { return reply.fault(.malformed, "body: sender.alias.value: \(problem)") }
        do {
            guard let deletion = try store.deletion(ofChatDigest: ConfirmationCodes.digest(ofChatCode: code)) else {
                return reply.refuse(.unknownDeletion, "no page has shown this code")
            }
            let subject = Subject(workspace: sender.workspace, aliases: [sender.alias])
            decide(.confirm(.codeInChat, subject), about: deletion, reply)
        } catch { fail(error, reply) }
    }

    private func decide<R: AnyWorkspaceRequest>(_ decision: ErasureDecision, _ request: R, _ deletion: DeletionID, _ reply: Reply<R>)
    where R.Response == Deletion, R.Refusal == DecisionRefusal {
        do {
            guard try store.read(deletion, of: request.workspace) != nil else {
                return reply.refuse(.unknownDeletion, "no such deletion")
            }
            decide(decision, about: deletion, reply)
        } catch { fail(error, reply) }
    }

    private func decide<R: Request>(_ decision: ErasureDecision, about deletion: DeletionID, _ reply: Reply<R>)
    where R.Response == Deletion, R.Refusal == DecisionRefusal {
        driver.decide(decision, about: deletion) { [self] verdict in
            switch verdict {
            case .taken: answer(deletion, reply)
            case .unknownDeletion: reply.refuse(.unknownDeletion, "no such deletion")
            case .notAwaited: reply.refuse(.notAwaited, "it has begun or ended, or this was decided before: see deletions.read")
            case .notStored: reply.fault(.unavailable, "the decision may not be stored: try again")
            }
        }
    }

    private func answer<R: Request>(_ deletion: DeletionID, _ reply: Reply<R>) where R.Response == Deletion, R.Refusal == DecisionRefusal {
        do {
            guard let response = try store.read(deletion) else { return reply.refuse(.unknownDeletion, "no such deletion") }
            reply.ok(response.deletion)
        } catch { fail(error, reply) }
    }
}
