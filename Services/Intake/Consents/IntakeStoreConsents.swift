import Domain
import Erasure
import IntakeContracts
import Policy
import SQLite

/// Who agreed to what. People stand here only as keyed digests: enough to find their consents by their name, and to prove them to
/// whoever comes with it.
extension IntakeStore {
    /// Which consents a withdrawal means.
    enum NamedConsents: Sendable {
        case one(ConsentID)
        case all(of: [UInt8], Purpose?)
    }

    func record(
        _ request: RecordConsent, _ keyed: KeyedRequest, of party: ConsentParty, known digest: [UInt8], for purpose: Purpose,
        now: Timestamp, _ digester: ErasureDigester, _ connection: Connection
    ) throws -> ConsentID {
        if let known = try answer(keyed, else: Refused<RecordConsent>(reason: .keyReused), connection).flatMap({ Int64($0) }) {
            return ConsentID(rawValue: known)
        }
        if let workspace = request.workspace {
            switch try standing(workspace, connection) {
            case .unknown: throw Refused<RecordConsent>(reason: .unknownWorkspace)
            case .terminated: throw Refused<RecordConsent>(reason: .workspaceTerminated)
            case .open: break
            }
        }
        if case .participant(let workspace, let id, let alias) = party {
            let channel = try channel(id, connection)
            guard channel?.workspace == workspace, channel?.account.platform == alias.platform else {
                throw Refused<RecordConsent>(reason: .unknownChannel)
            }
        }
        let consent = try insertConsent(
            of: digest, in: request.workspace, to: purpose, textVersion: request.textVersion, policyVersion: request.policyVersion,
            market: request.market, request.evidence, givenAt: min(request.givenAt, now), now: now, connection)
        // Whoever was erased after they gave it agrees to nothing any more: it is proof, and nothing rests on it.
        if let cutoff = try Tombstones.cutoff(try names(of: party, digester, connection), connection), request.givenAt <= cutoff {
            _ = try withdraw([consent.rawValue], now: now, connection)
        }
        try remember(keyed, answer: String(consent.rawValue), connection)
        return consent
    }

    /// By which a consent's person is known to be erased.
    private func names(of party: ConsentParty, _ digester: ErasureDigester, _ connection: Connection) throws -> [[UInt8]] {
        switch party {
        case .visitor(let contact): return digester.digests(.contact(contact))
        case .member(let workspace, let member): return digester.digests(.member(workspace, member))
        case .participant(let workspace, let id, let alias):
            return try channel(id, connection).map { digester.digests(.person(workspace, $0.account, alias)) } ?? []
        }
    }

    func insertConsent(
        of person: [UInt8], in workspace: WorkspaceID?, to purpose: Purpose, textVersion: String, policyVersion: String, market: Market,
        _ evidence: ConsentEvidence, givenAt: Timestamp, now: Timestamp, _ connection: Connection
    ) throws -> ConsentID {
        try connection.run(
            """
            INSERT INTO consents (workspace, person, purpose, text_version, policy_version, market, evidence, reference, given_at, recorded_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, SQLValue(workspace?.rawValue), .blob(person), .text(purpose.rawValue), .text(textVersion), .text(policyVersion),
            .text(market.word), .text(evidence.kind.rawValue), SQLValue(evidence.reference), .integer(givenAt.rawValue),
            .integer(now.rawValue))
        return ConsentID(rawValue: connection.lastInsertedRow)
    }

    /// Whether a consent stands; nil when it is none of this person's for this purpose here.
    func isLive(_ consent: ConsentID, of person: [UInt8], in workspace: WorkspaceID?, to purpose: Purpose, _ connection: Connection) throws
        -> Bool?
    {
        try connection.first(
            "SELECT withdrawn_at IS NULL FROM consents WHERE id = ? AND workspace IS ? AND person = ? AND purpose = ?",
            .integer(consent.rawValue), SQLValue(workspace?.rawValue), .blob(person), .text(purpose.rawValue)
        ) { $0.bool(0) }
    }

    /// Withdraws what lives of the consents named; returns how many that were. A consent of another workspace is none.
    func withdraw(_ named: NamedConsents, in workspace: WorkspaceID?, now: Timestamp, _ connection: Connection) throws -> Int64 {
        var ids: [Int64] = []
        let columns = "SELECT id FROM consents WHERE workspace IS ?1 AND "
        switch named {
        case .one(let id):
            try connection.each("\(columns) id = ?2", SQLValue(workspace?.rawValue), .integer(id.rawValue)) { ids.append($0.int(0)) }
        case .all(let person, let purpose):
            try connection.each(
                "\(columns) person = ?2 AND (?3 IS NULL OR purpose = ?3)", SQLValue(workspace?.rawValue), .blob(person),
                SQLValue(purpose?.rawValue)
            ) { ids.append($0.int(0)) }
        }
        guard !ids.isEmpty else { throw Refused<WithdrawConsent>(reason: .unknownConsent) }
        return try withdraw(ids, now: now, connection)
    }

    /// What rests on a withdrawn consent has been kept long enough: the expiry deletes it.
    private func withdraw(_ ids: [Int64], now: Timestamp, _ connection: Connection) throws -> Int64 {
        var count = 0
        for id in ids {
            count += try connection.run(
                "UPDATE consents SET withdrawn_at = ? WHERE id = ? AND withdrawn_at IS NULL", .integer(now.rawValue), .integer(id))
            for table in ["forms", "usage_events"] {
                try connection.run(
                    "UPDATE \(table) SET expires_at = min(expires_at, ?) WHERE consent = ?", .integer(now.rawValue), .integer(id))
            }
        }
        return Int64(count)
    }

    /// An erased person agrees to nothing any more, unless they came back after the cut-off.
    func withdrawAll(of people: [[UInt8]], until cutoff: Timestamp?, now: Timestamp, _ connection: Connection) throws {
        var ids: [Int64] = []
        for person in people {
            try connection.each(
                "SELECT id FROM consents WHERE person = ? AND given_at <= ?", .blob(person), .integer((cutoff ?? now).rawValue)
            ) { ids.append($0.int(0)) }
        }
        _ = try withdraw(ids, now: now, connection)
    }

    /// Proofs that have been kept for three years after the consent or the agreement ended; of somebody without an agreement, after the
    /// longest time for which a form is kept.
    func expiringConsents(until: Timestamp) -> ExpiringRows {
        ExpiringRows(
            "consents", due: IntakeStore.consentExpiry, [.integer(Retention.support.length.milliseconds), .integer(until.rawValue)])
    }

    /// Each way to end is an index, so that those that live are not looked at. (CROSS JOIN: workspaces first; SQLite doesn't reorder it.)
    static let consentExpiry = """
        SELECT id FROM (
            SELECT id FROM consents WHERE withdrawn_at <= ?2
            UNION SELECT consents.id FROM workspaces CROSS JOIN consents ON consents.workspace = workspaces.id WHERE terminated_at <= ?2
            UNION SELECT id FROM consents WHERE workspace IS NULL AND withdrawn_at IS NULL AND recorded_at <= ?2 - ?1)
        WHERE NOT EXISTS (SELECT 1 FROM forms WHERE forms.consent = id)
            AND NOT EXISTS (SELECT 1 FROM usage_events WHERE usage_events.consent = id)
        """
}
