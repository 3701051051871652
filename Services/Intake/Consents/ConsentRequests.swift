import IntakeContracts
import Policy
import Wire

/// Consents as callers record and withdraw them.
extension Intake {
    func recordConsent(_ request: RecordConsent, _ reply: Reply<RecordConsent>) {
        guard let purpose = allowedPurpose(request.purpose, reply, else: .unknownPurpose) else { return }
        guard let party = ConsentParty(request.person, in: request.workspace) else { return reply.fault(.malformed, Intake.whoseConsent) }
        let (store, now) = (store, process.system.clock.now)
        let (keyed, digest, digester) = (keyed(request), digests.keys.digest(of: party), digests.digester)
        write("record consent", reply) { connection in
            try store.record(request, keyed, of: party, known: digest, for: purpose, now: now, digester, connection)
        } then: { consent in
            reply.ok(RecordConsent.Response(consent: consent))
        }
    }

    func withdrawConsent(_ request: WithdrawConsent, _ reply: Reply<WithdrawConsent>) {
        var purpose: Purpose?
        if let word = request.purpose {
            purpose = allowedPurpose(word, reply, else: .unknownPurpose)
            guard purpose != nil else { return }
        }
        let named: IntakeStore.NamedConsents
        switch (request.consent, request.person, purpose) {
        case (let id?, nil, nil): named = .one(id)
        case (nil, let person?, let purpose):
            guard let party = ConsentParty(person, in: request.workspace) else { return reply.fault(.malformed, Intake.whoseConsent) }
            named = .all(of: digests.keys.digest(of: party), purpose)
        default: return reply.fault(.malformed, "expected consent alone, or person and perhaps purpose")
        }
        let (store, now) = (store, process.system.clock.now)
        write("withdraw consent", reply) { connection in
            try store.withdraw(named, in: request.workspace, now: now, connection)
        } then: { withdrawn in
            reply.ok(WithdrawConsent.Response(withdrawn: withdrawn))
        }
    }

    private static let whoseConsent =
        "person: expected an email without a workspace, or in a workspace a member, or a channel with an igsid, bsuid or phone of its platform"

    /// nil when the reply has been given: the purpose is one that never serves, or none at all.
    func allowedPurpose<R: Request>(_ word: String, _ reply: Reply<R>, else unknown: R.Refusal) -> Purpose? {
        switch DeclaredPurpose(word) {
        case .allowed(let purpose): return purpose
        // A never-purpose doesn't come here: the gate has turned it away.
        case .never, .unknown: reply.refuse(unknown, "expected one of \(Purpose.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return nil
    }
}
