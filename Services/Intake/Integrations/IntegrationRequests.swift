import Domain
import IntakeContracts
import Wire

/// `integrations.*`: what a customer connects beside its channels.
extension Intake {
    func registerIntegrations() {
        process.router.on(ConnectIntegration.self, connectIntegration)
        process.router.on(ListIntegrations.self, listIntegrations)
        process.router.on(DisconnectIntegration.self, disconnectIntegration)
    }

    private func connectIntegration(_ request: ConnectIntegration, _ reply: Reply<ConnectIntegration>) {
        guard request.attestation.isComplete else { return reply.refuse(.attestationIncomplete, Attestation.rule) }
        guard request.terms.isSafe else { return reply.fault(.malformed, "body: terms: expected an https address") }
        guard !request.uses.isEmpty, Set(request.uses).count == request.uses.count else {
            return reply.fault(.malformed, "body: uses: expected at least one, and each once")
        }
        if let objection = request.uses.objectionOfIntegration {
            return reply.refuse(objection == .unknownPurpose ? .unknownPurpose : .useNotAllowed, objection.message)
        }
        let (now, keyed, id) = (process.system.clock.now, keyed(request), IntegrationID(rawValue: newID("int_")))
        let secret = request.secret.map { integrationSeal.seal(Array($0.utf8)) }
        writeFact("connect integration", reply) { [store] connection in
            try store.connect(request, keyed, as: id, sealedSecret: secret, now: now, connection)
        } then: {
            reply.ok(ConnectIntegration.Response(integration: $0, thirdPartyTerms: request.terms))
        }
    }

    private func listIntegrations(_ request: ListIntegrations, _ reply: Reply<ListIntegrations>) {
        read("integrations", reply) { ListIntegrations.Response(integrations: try store.integrations(request, $0)) }
    }

    private func disconnectIntegration(_ request: DisconnectIntegration, _ reply: Reply<DisconnectIntegration>) {
        let now = process.system.clock.now
        writeFact("disconnect integration", reply) { [store] connection in
            try store.disconnect(request, now: now, connection)
        } then: {
            reply.ok(DisconnectIntegration.Response(endedAt: $0))
        }
    }
}
