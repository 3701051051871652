import ConversationStoreContracts
import Domain
import SQLite

/// What a workspace says of its participants: that two are one, fields of its own, what must not be done with their data.
extension ConversationStoreStore {
    /// nil when the workspace has no such participant.
    func read(_ request: ReadParticipant, _ connection: Connection) throws -> ReadParticipant.Response? {
        var response = ReadParticipant.Response()
        let isKnown = try connection.first(
            "SELECT name, objects_since, restricted_since, first_seen_at FROM participants WHERE id = ? AND workspace = ?",
            .integer(request.participant.rawValue), .text(request.workspace.rawValue)
        ) { row in
            response.participant.id = request.participant
            response.participant.name = row.optionalText(0)
            response.participant.marketingObjectionAt = row.optionalInt(1).map(Timestamp.init(rawValue:))
            response.participant.restrictedAt = row.optionalInt(2).map(Timestamp.init(rawValue:))
            response.firstSeenAt = Timestamp(rawValue: row.int(3))
            return true
        }
        guard isKnown != nil else { return nil }
        response.participant.aliases = try aliases(of: request.participant, connection)
        try addProfile(to: &response.participant, connection)
        response.fields = try fields(of: request.participant, connection)
        response.links = try links(of: request.participant, connection)
        try connection.each(
            """
            SELECT former AS other FROM lineages WHERE participant = ?1 UNION SELECT participant FROM lineages WHERE former = ?1
            ORDER BY other LIMIT ?2
            """, .integer(request.participant.rawValue), .integer(Int64(LinkParticipants.countMax))
        ) { response.lineage.append(ParticipantID(rawValue: $0.int(0))) }
        return response
    }

    private func has(_ participant: ParticipantID, in workspace: WorkspaceID, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM participants WHERE id = ? AND workspace = ?", .integer(participant.rawValue), .text(workspace.rawValue)
        ) { _ in true } ?? false
    }

    // MARK: Links

    private func links(of participant: ParticipantID, _ connection: Connection) throws -> [ParticipantLink] {
        var links: [ParticipantLink] = []
        try connection.each(
            """
            SELECT other, kind, source, linked_by, linked_at FROM links WHERE participant = ?1
            UNION ALL SELECT participant, kind, source, linked_by, linked_at FROM links WHERE other = ?1 ORDER BY 1, 2
            """, .integer(participant.rawValue)
        ) { row in
            var link = ParticipantLink()
            link.other = ParticipantID(rawValue: row.int(0))
            link.evidence = LinkEvidence(LinkEvidence.Kind(code: row.int(1)), source: row.text(2))
            link.member = row.optionalText(3).map(MemberID.init(rawValue:))
            link.at = Timestamp(rawValue: row.int(4))
            links.append(link)
        }
        return links
    }

    /// Returns why not. Evidence of a kind that is known takes the former's place.
    func link(
        _ request: LinkParticipants, by member: MemberID?, at time: Timestamp, _ connection: Connection
    ) throws -> LinkParticipants.Refusal? {
        let (lower, higher) = (min(request.participant, request.other), max(request.participant, request.other))
        for participant in [lower, higher] {
            guard try has(participant, in: request.workspace, connection) else { return .unknownParticipant }
            guard try links(of: participant, connection).count < LinkParticipants.countMax else { return .tooManyLinks }
        }
        try connection.run(
            """
            INSERT INTO links (participant, other, kind, source, linked_by, linked_at) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET source = excluded.source, linked_by = excluded.linked_by, linked_at = excluded.linked_at
            """, .integer(lower.rawValue), .integer(higher.rawValue), .integer(request.evidence.kind.code), .text(request.evidence.source),
            SQLValue(member?.rawValue), .integer(time.rawValue))
        return nil
    }

    /// Returns why not.
    func unlink(_ request: UnlinkParticipants, mayProve: Bool, _ connection: Connection) throws -> UnlinkParticipants.Refusal? {
        guard try has(request.participant, in: request.workspace, connection) else { return .unknownLink }
        let known = try links(of: request.participant, connection).filter { $0.other == request.other }
        guard !known.isEmpty else { return .unknownLink }
        guard mayProve || !known.contains(where: \.evidence.kind.proves) else { return .proofNotAllowed }
        try connection.run(
            "DELETE FROM links WHERE participant = ? AND other = ?", .integer(min(request.participant, request.other).rawValue),
            .integer(max(request.participant, request.other).rawValue))
        return nil
    }

    // MARK: Fields

    func fields(of participant: ParticipantID, _ connection: Connection) throws -> [ParticipantField] {
        var fields: [ParticipantField] = []
        try connection.each(
            "SELECT name, text, number, flag, time FROM participant_fields WHERE participant = ? ORDER BY name",
            .integer(participant.rawValue)
        ) { row in
            fields.append(
                ParticipantField(
                    row.text(0), text: row.optionalText(1), number: row.optionalInt(2), flag: row.optionalInt(3).map { $0 != 0 },
                    time: row.optionalInt(4).map(Timestamp.init(rawValue:))))
        }
        return fields
    }

    /// Returns why not.
    func set(_ request: SetParticipantFields, at time: Timestamp, _ connection: Connection) throws -> SetParticipantFields.Refusal? {
        guard try has(request.participant, in: request.workspace, connection) else { return .unknownParticipant }
        let participant = SQLValue.integer(request.participant.rawValue)
        let (set, removed) = (request.fields.filter { $0.valueCount == 1 }, request.fields.filter { $0.valueCount == 0 })
        let kept = Set(try fields(of: request.participant, connection).map(\.name)).subtracting(removed.map(\.name))
        guard kept.union(set.map(\.name)).count <= SetParticipantFields.countMax else { return .tooManyFields }
        for field in removed {
            try connection.run("DELETE FROM participant_fields WHERE participant = ? AND name = ?", participant, .text(field.name))
        }
        for field in set {
            try connection.run(
                """
                INSERT OR REPLACE INTO participant_fields (participant, name, text, number, flag, time, set_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, participant, .text(field.name), SQLValue(field.text), SQLValue(field.number), SQLValue(field.flag.map { $0 ? 1 : 0 }),
                SQLValue(field.time?.rawValue), .integer(time.rawValue))
        }
        return nil
    }

    // MARK: Restriction

    /// nil when the workspace has no such participant. What is restricted already keeps its time.
    func restrict(
        _ request: RestrictParticipant, at time: Timestamp, _ connection: Connection
    ) throws -> RestrictParticipant.Response? {
        let changed = try connection.run(
            """
            UPDATE participants SET restricted_since = CASE WHEN ?3 THEN coalesce(restricted_since, ?4) END WHERE id = ?1 AND workspace = ?2
            """, .integer(request.participant.rawValue), .text(request.workspace.rawValue), .integer(request.restricted ? 1 : 0),
            .integer(time.rawValue))
        guard changed == 1 else { return nil }
        let since = try connection.first(
            "SELECT restricted_since FROM participants WHERE id = ?", .integer(request.participant.rawValue)
        ) { $0.optionalInt(0).map(Timestamp.init(rawValue:)) }
        return RestrictParticipant.Response(restrictedAt: since ?? nil)
    }
}

extension LinkEvidence.Kind {
    var code: Int64 {
        switch self {
        case .code: 0
        case .document: 1
        case .statement: 2
        case .customerRecord: 3
        case .resemblance: 4
        }
    }

    init(code: Int64) {
        guard let kind = LinkEvidence.Kind.allCases.first(where: { $0.code == code }) else {
            preconditionFailure("the schema allows five kinds of evidence")
        }
        self = kind
    }
}
