import Domain
import IntakeContracts
import Policy
import SQLite
import Wire

/// A workspace's integrations. Each change is a fact that every service hears of.
extension IntakeStore {
    func connect(
        _ request: ConnectIntegration, _ keyed: KeyedRequest, as id: IntegrationID, sealedSecret: [UInt8]?, now: Timestamp,
        _ connection: Connection
    ) throws -> IntegrationID {
        if let known = try answer(keyed, else: Refused<ConnectIntegration>(reason: .keyReused), connection) {
            return IntegrationID(rawValue: known)
        }
        switch try standing(request.workspace, connection) {
        case .unknown: throw Refused<ConnectIntegration>(reason: .unknownWorkspace)
        case .terminated: throw Refused<ConnectIntegration>(reason: .workspaceTerminated)
        case .open: break
        }
        try connection.run(
            "INSERT INTO integrations (id, workspace, kind, name, terms, connected_at) VALUES (?, ?, ?, ?, ?, ?)", .text(id.rawValue),
            .text(request.workspace.rawValue), .text(request.kind.rawValue), .text(request.name), .text(request.terms.rawValue),
            .integer(now.rawValue))
        for use in request.uses {
            try connection.run(
                "INSERT INTO integration_uses (integration, category, purpose) VALUES (?, ?, ?)", .text(id.rawValue),
                .text(use.category.rawValue), .text(use.purpose))
        }
        if let sealedSecret {
            try connection.run(
                "INSERT INTO integration_secrets (integration, secret) VALUES (?, ?)", .text(id.rawValue), .blob(sealedSecret))
        }
        let attestation = request.attestation
        try connection.run(
            """
            INSERT INTO integration_attestations (integration, member, text_version, attested_at, rights, notices, consents)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .text(id.rawValue), .text(attestation.member), .text(attestation.textVersion), .integer(attestation.attestedAt.rawValue),
            SQLValue(attestation.rights), SQLValue(attestation.notices), SQLValue(attestation.consents))
        try publish(
            AccessFact(.integrationConnected, request.workspace, integration: IntegrationFact(id, request.kind), at: now), connection)
        try remember(keyed, answer: id.rawValue, connection)
        return id
    }

    /// Returns when it ended.
    func disconnect(_ request: DisconnectIntegration, now: Timestamp, _ connection: Connection) throws -> Timestamp {
        let known = try connection.first(
            "SELECT kind, ended_at FROM integrations WHERE id = ? AND workspace = ?", .text(request.integration.rawValue),
            .text(request.workspace.rawValue)
        ) { (kind: IntegrationKind(rawValue: $0.text(0)), endedAt: $0.optionalInt(1)) }
        guard let known, let kind = known.kind else { throw Refused<DisconnectIntegration>(reason: .unknownIntegration) }
        if let endedAt = known.endedAt { return Timestamp(rawValue: endedAt) }
        let id = SQLValue.text(request.integration.rawValue)
        try connection.run("UPDATE integrations SET ended_at = ? WHERE id = ?", .integer(now.rawValue), id)
        try connection.run("DELETE FROM integration_secrets WHERE integration = ?", id)
        try publish(
            AccessFact(.integrationEnded, request.workspace, integration: IntegrationFact(request.integration, kind), at: now), connection)
        return now
    }

    func integrations(_ request: ListIntegrations, _ connection: Connection) throws -> [ListIntegrations.Entry] {
        var entries: [ListIntegrations.Entry] = []
        try connection.each(
            """
            SELECT id, kind, name, terms, connected_at, ended_at, member, text_version, attested_at, rights, notices, consents,
                EXISTS (SELECT 1 FROM integration_secrets WHERE integration = id)
            FROM integrations JOIN integration_attestations ON integration = id
            WHERE workspace = ? AND id > ? ORDER BY id LIMIT ?
            """, .text(request.workspace.rawValue), .text(request.after?.rawValue ?? ""), .integer(Int64(ListIntegrations.countMax))
        ) { row in
            guard let kind = IntegrationKind(rawValue: row.text(1)) else { return }  // The schema's CHECK names the same kinds.
            var entry = ListIntegrations.Entry()
            entry.integration = IntegrationID(rawValue: row.text(0))
            entry.kind = kind
            entry.name = row.text(2)
            entry.terms = WebLink(rawValue: row.text(3))
            entry.connectedAt = Timestamp(rawValue: row.int(4))
            entry.endedAt = row.optionalInt(5).map(Timestamp.init(rawValue:))
            entry.attestation = Attestation(
                member: row.text(6), textVersion: row.text(7), attestedAt: Timestamp(rawValue: row.int(8)), rights: row.bool(9),
                notices: row.bool(10), consents: row.bool(11))
            entry.hasSecret = row.bool(12)
            entries.append(entry)
        }
        for index in entries.indices { entries[index].uses = try uses(of: entries[index].integration, connection) }
        return entries
    }

    private func uses(of integration: IntegrationID, _ connection: Connection) throws -> [DeclaredUse] {
        var uses: [DeclaredUse] = []
        try connection.each(
            "SELECT category, purpose FROM integration_uses WHERE integration = ? ORDER BY category, purpose", .text(integration.rawValue)
        ) { row in
            guard let category = Category(rawValue: row.text(0)), let purpose = Purpose(rawValue: row.text(1)) else { return }
            uses.append(DeclaredUse(category, for: purpose))
        }
        return uses
    }
}
