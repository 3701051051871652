import ConversationStoreContracts
import Domain
import Erasure
import SQLite

/// Objections to marketing: with their person, and beyond an erasure as digests of the person's names, so that who comes back still
/// objects.
extension ConversationStoreStore {
    /// What a platform told of the person. The last word counts, in whatever order they come; of two at once the objection.
    func note(preference event: ChannelEvent, in conversation: ConversationID, _ connection: Connection) throws {
        guard let marketing = event.details?.marketing else { return }
        let participant = try connection.first(
            "SELECT participant FROM conversations WHERE id = ?", .integer(conversation.rawValue)
        ) { ParticipantID(rawValue: $0.int(0)) }
        guard let participant else { return }
        try note(objects: marketing == .stop, of: participant, at: event.happenedAt, connection)
    }

    /// nil when the workspace has no such participant.
    func record(_ request: RecordObjection, _ connection: Connection) throws -> RecordObjection.Response? {
        let isKnown = try connection.first(
            "SELECT 1 FROM participants WHERE id = ? AND workspace = ?", .integer(request.participant.rawValue),
            .text(request.workspace.rawValue)
        ) { _ in true }
        guard isKnown != nil else { return nil }
        try note(objects: request.objects, of: request.participant, at: request.at, connection)
        return RecordObjection.Response(marketingObjectionAt: try objection(of: request.participant, connection))
    }

    private func note(objects: Bool, of participant: ParticipantID, at time: Timestamp, _ connection: Connection) throws {
        let isNews = try connection.run(
            "UPDATE participants SET marketing_at = ?2, objects_since = ?3 WHERE id = ?1 AND coalesce(marketing_at, -1) < ?2 + ?4",
            .integer(participant.rawValue), .integer(time.rawValue), SQLValue(objects ? time.rawValue : nil), .integer(objects ? 1 : 0))
        guard isNews == 1, !objects else { return }
        for digest in try digests(of: participant, connection) {
            try connection.run("DELETE FROM objections WHERE digest = ?", .blob(digest))
        }
    }

    private func objection(of participant: ParticipantID, _ connection: Connection) throws -> Timestamp? {
        try connection.first("SELECT objects_since FROM participants WHERE id = ?", .integer(participant.rawValue)) {
            $0.optionalInt(0).map(Timestamp.init(rawValue:))
        } ?? nil
    }

    /// Before a person's rows go.
    func keepObjection(of participant: ParticipantID, _ connection: Connection) throws {
        guard let since = try objection(of: participant, connection) else { return }
        let aliases = try aliases(of: participant, connection).filter { $0.kind != .username }
        guard let workspace = try workspace(of: participant, connection) else { return }
        for alias in aliases {
            let digest = digester.digests(.objection(workspace, alias))[0]
            try connection.run(
                """
                INSERT INTO objections (digest, pepper, since) VALUES (?1, ?2, ?3)
                ON CONFLICT (digest) DO UPDATE SET since = min(since, excluded.since)
                """, .blob(digest), .integer(digester.newestVersion), .integer(since.rawValue))
        }
    }

    /// Gives somebody whom we meet the objection that outlived their former rows.
    func recallObjection(of participant: ParticipantID, _ connection: Connection) throws {
        guard try connection.first("SELECT 1 FROM objections LIMIT 1", map: { _ in true }) != nil else { return }
        for digest in try digests(of: participant, connection) {
            try connection.run(
                """
                UPDATE participants SET marketing_at = since, objects_since = since FROM objections
                WHERE digest = ?2 AND id = ?1 AND marketing_at IS NULL
                """, .integer(participant.rawValue), .blob(digest))
        }
    }

    private func digests(of participant: ParticipantID, _ connection: Connection) throws -> [[UInt8]] {
        guard let workspace = try workspace(of: participant, connection) else { return [] }
        return try aliases(of: participant, connection).filter { $0.kind != .username }
            .flatMap { digester.digests(.objection(workspace, $0)) }
    }

    private func workspace(of participant: ParticipantID, _ connection: Connection) throws -> WorkspaceID? {
        try connection.first("SELECT workspace FROM participants WHERE id = ?", .integer(participant.rawValue)) {
            WorkspaceID(rawValue: $0.text(0))
        }
    }
}
