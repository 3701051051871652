import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import Policy
import SQLite

/// What has been kept long enough here. A message's age is that of the earlier of the platform's time and our receipt.
///
/// No tombstone is placed for it: what platforms repeat within days is younger than any length by far, or known by intake's keys.
extension ConversationStoreStore {
    /// Conversations looked through in one read.
    static let expiryConversations = 512

    func expiring(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        switch expiry.rule {
        // Without a length of its own a workspace keeps them until its agreement ends, and then is erased as a whole.
        case .messengerData: try expiry.workspace.map { try messengerData(of: $0, expiry, connection) } ?? []
        case .comments: try comments(expiry, connection)
        case .deliveryKeys: waiting(until: expiry.until)
        case .outgoingKeys:
            [
                ExpiringRows(
                    "outgoing_keys", keys: ["day", "digest"], due: "SELECT day, digest FROM outgoing_keys WHERE day < ?",
                    [.integer(expiry.until.day)])
            ]
        case .handoffContext, .accountData, .consents, .forms, .support, .usage, .technical, .security, .billing, .requestRecords,
            .requestIdentifiers, .exports, .outbox, .quarantine, .tombstones:
            []
        }
    }

    /// Conversations and people may be others now than memory has them.
    func expired(_ table: String, _ connection: Connection) throws {
        if table == "conversations" || table == "participants" { acquaintances.forgetAll() }
    }

    // MARK: Messenger data

    /// Messages first; then conversations that have none left, and people who have no conversation left.
    private func messengerData(of workspace: WorkspaceID, _ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        let kept = try keptPeople(expiry, connection)
        let notices = try keptNotices(expiry, connection)
        let values = [SQLValue.text(workspace.rawValue), .integer(expiry.until.rawValue)]
        let ranges = try ranges(of: workspace, connection)
        let lists = [
            messages(kept, values, ranges),
            both("notices", due: "SELECT id FROM notices WHERE workspace = ?1 AND min(sent_at, received_at) <= ?2 AND id", notices, values),
            both(
                "conversations", due: ConversationStoreStore.emptyConversations, kept, values, in: ranges),
            both(
                "profiles", keys: ["participant"],
                due: """
                    SELECT profiles.participant FROM participants JOIN profiles ON profiles.participant = participants.id
                    WHERE workspace = ?1 AND fetched_at <= ?2 AND profiles.participant
                    """, kept, values),
            both(
                "participant_fields", keys: ["participant", "name"],
                due: """
                    SELECT participant, participant_fields.name FROM participants JOIN participant_fields ON participant = participants.id
                    WHERE workspace = ?1 AND set_at <= ?2 AND participant
                    """, kept, values),
            both(
                "participants", due: ConversationStoreStore.silentPeople, kept, values,
                before: { [self] key, connection in
                    // While they have their names.
                    if case .integer(let id) = key[0] { try keepObjection(of: ParticipantID(rawValue: id), connection) }
                    return 0
                }),
            [
                ExpiringRows(
                    "insights", keys: ["workspace", "channel", "since", "metric", "media", "until"],
                    due: "SELECT workspace, channel, since, metric, media, until FROM insights WHERE workspace = ?1 AND until <= ?2", values
                )
            ]
        ]
        return lists.flatMap(\.self)
    }

    private func messages(_ kept: [Int64], _ values: [SQLValue], _ ranges: [ClosedRange<Int64>]) -> [ExpiringRows] {
        both(
            "messages",
            due: """
                SELECT messages.id FROM conversations CROSS JOIN messages ON messages.conversation = conversations.id
                WHERE workspace = ?1 AND conversations.id BETWEEN ?4 AND ?5 AND min(sent_at, received_at) <= ?2 AND participant
                """, kept, values, in: ranges, before: removeWhatBelongs)
    }

    /// Those with nothing younger than the length, and nothing that waits for a message.
    private static let emptyConversations = """
        SELECT id FROM conversations WHERE workspace = ?1 AND id BETWEEN ?4 AND ?5
            AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id AND min(sent_at, received_at) > ?2)
            AND NOT EXISTS (SELECT 1 FROM pending_statuses WHERE conversation = conversations.id)
            AND participant
        """

    /// Whoever has said nothing, and of whom nothing was said, within the length.
    private static let silentPeople = """
        SELECT id FROM participants WHERE workspace = ?1 AND first_seen_at <= ?2
            AND NOT EXISTS (SELECT 1 FROM conversations JOIN messages ON conversation = conversations.id
                WHERE participant = participants.id AND min(sent_at, received_at) > ?2)
            AND NOT EXISTS (SELECT 1 FROM conversations JOIN pending_statuses ON conversation = conversations.id
                WHERE participant = participants.id)
            AND NOT EXISTS (SELECT 1 FROM profiles WHERE participant = participants.id AND fetched_at > ?2)
            AND NOT EXISTS (SELECT 1 FROM participant_fields WHERE participant = participants.id AND set_at > ?2)
            AND id
        """

    /// The words of a message in the index, and what was about it: edits, reactions.
    private func removeWhatBelongs(to key: [SQLValue], _ connection: Connection) throws -> Int {
        guard case .integer(let id) = key[0] else { return 0 }
        _ = try removeFromIndex(MessageID(rawValue: id), connection)
        return try connection.run("DELETE FROM messages WHERE about = ?", .integer(id))
    }

    // MARK: Comments and keys

    private func comments(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        let values = [
            SQLValue.integer(expiry.until.rawValue), SQLValue(expiry.workspace?.rawValue), .list(expiry.except.map(\.rawValue))
        ]
        let isOurs = """
            workspace = ifnull(?2, workspace) AND workspace NOT IN (SELECT value FROM json_each(?3)) AND instr(workspace, '~') = 0
            """
        let comment = ChannelEvent.Kind.comment.code
        func due(_ operation: String) -> String {
            """
            SELECT messages.id FROM messages INDEXED BY messages_comments JOIN conversations ON conversations.id = conversation
            WHERE messages.kind = \(comment) AND min(sent_at, received_at) <= ?1 AND \(isOurs)
                AND participant \(operation) (SELECT value FROM json_each(?4))
            """
        }
        let kept = SQLValue.list(try keptPeople(expiry, connection))
        return [
            ExpiringRows("messages", due: due("NOT IN"), values + [kept], before: removeWhatBelongs),
            ExpiringRows("messages", due: due("IN"), values + [kept], isKept: true),
            ExpiringRows(
                "notices",
                due: """
                    SELECT id FROM notices WHERE kind = \(comment) AND min(sent_at, received_at) <= ?1 AND \(isOurs)
                        AND id NOT IN (SELECT value FROM json_each(?4))
                    """, values + [.list(try keptNotices(expiry, connection))])
        ]
    }

    /// What waited for a message that we will never have.
    private func waiting(until: Timestamp) -> [ExpiringRows] {
        let values = [SQLValue.integer(until.rawValue)]
        return [
            ExpiringRows("messages", due: "SELECT message FROM waiting_events WHERE since <= ?", values),
            ExpiringRows(
                "pending_statuses", keys: ["digest", "status"],
                due: "SELECT digest, status FROM pending_statuses WHERE received_at <= ?", values)
        ]
    }

    // MARK: What stays

    /// People whom a hold keeps, and those who had their processing restricted: of them everything is stored, and no more than that (GDPR
    /// Art. 18(2)).
    private func keptPeople(_ expiry: ExpireData, _ connection: Connection) throws -> [Int64] {
        var kept = Set(try expiry.held.flatMap { try people(of: $0, connection) })
        try connection.each(
            "SELECT id FROM participants WHERE restricted_since IS NOT NULL AND workspace = ifnull(?, workspace)",
            SQLValue(expiry.workspace?.rawValue)
        ) { kept.insert(ParticipantID(rawValue: $0.int(0))) }
        return kept.map(\.rawValue).sorted()
    }

    private func keptNotices(_ expiry: ExpireData, _ connection: Connection) throws -> [Int64] {
        try expiry.held.flatMap { try notices(about: $0, people(of: $0, connection), connection) }.map(\.rawValue)
    }

    /// What goes and what is kept of one query, which ends with the column that says whose it is.
    private func both(
        _ table: String, keys: [String] = ["id"], due: String, _ kept: [Int64], _ values: [SQLValue],
        in ranges: [ClosedRange<Int64>]? = nil, before: ExpiringRows.Work? = nil
    ) -> [ExpiringRows] {
        let values = values + [SQLValue.list(kept)]
        let gone = ExpiringRows(
            table, keys: keys, due: "\(due) NOT IN (SELECT value FROM json_each(?3))", values, in: ranges, before: before)
        guard !kept.isEmpty else { return [gone] }
        return [gone, ExpiringRows(table, keys: keys, due: "\(due) IN (SELECT value FROM json_each(?3))", values, in: ranges, isKept: true)]
    }

    /// The workspace's conversations, some at a time.
    private func ranges(of workspace: WorkspaceID, _ connection: Connection) throws -> [ClosedRange<Int64>] {
        var ranges: [ClosedRange<Int64>] = []
        var (first, last, count) = (Int64.max, Int64.min, 0)
        try connection.each("SELECT id FROM conversations WHERE workspace = ? ORDER BY id", .text(workspace.rawValue)) { row in
            (first, last, count) = (min(first, row.int(0)), row.int(0), count + 1)
            guard count == ConversationStoreStore.expiryConversations else { return }
            ranges.append(first...last)
            (first, count) = (.max, 0)
        }
        return count > 0 ? ranges + [first...last] : ranges
    }
}
