import ConversationStoreContracts
import Domain
import SQLite

extension ConversationStoreStore {
    /// By an index of their own, which is empty but for holds.
    private static let heldConversations = "(SELECT id FROM conversations WHERE instr(workspace, '~') > 0)"

    /// What came behind a cursor, in order of arrival: new messages and what changed of known ones, as references. From the beginning where
    /// the cursor is of another epoch, or ahead of us: so an older copy of our file looks to a follower, who would wait for numbers that it
    /// has seen and never hear what they say now.
    func changes(after cursor: Cursor, _ connection: Connection) throws -> ReadConversationFeed.Response {
        let epoch = try connection.first("SELECT epoch FROM feed") { $0.text(0) } ?? ""
        let isOurs = try cursor.epoch == epoch && cursor.sequence <= ConversationStoreStore.lastNumber(connection)
        // A blank cursor is the beginning of any epoch.
        let isRestarted = cursor != Cursor() && !isOurs
        let start = isRestarted ? 0 : cursor.sequence
        var response = ReadConversationFeed.Response(changes: [], next: Cursor(epoch: epoch, sequence: start), restarted: isRestarted)
        try connection.each(
            """
            SELECT number, change, messages.kind, news.at, messages.id, conversation, workspace, participant, origin, withdrawn_at IS NOT NULL, thread
            FROM (SELECT id AS number, id AS message, NULL AS change, received_at AS at FROM messages
                  WHERE id > ?1 AND conversation NOT IN \(ConversationStoreStore.heldConversations)
                  UNION ALL
                  SELECT sequence, message, kind, at FROM changes
                  WHERE sequence > ?1 AND (SELECT conversation FROM messages WHERE id = message) NOT IN \(ConversationStoreStore.heldConversations)
                  ORDER BY number LIMIT ?2) AS news
            JOIN messages ON messages.id = news.message JOIN conversations ON conversations.id = conversation
            ORDER BY number
            """, .integer(start), .integer(Int64(ReadConversationFeed.countMax))
        ) { row in
            response.next.sequence = row.int(0)
            response.changes.append(ConversationChange(row))
        }
        return response
    }
}

extension ConversationChange {
    fileprivate init(_ row: borrowing Row) {
        self.init(
            ConversationChange.kind(row), workspace: WorkspaceID(rawValue: row.text(6)),
            conversation: ConversationID(rawValue: row.int(5)), participant: ParticipantID(rawValue: row.int(7)),
            message: MessageID(rawValue: row.int(4)), at: Timestamp(rawValue: row.int(3)),
            thread: row.optionalInt(10).map(ConversationID.init(rawValue:)))
    }

    private static func kind(_ row: borrowing Row) -> Kind {
        guard let code = row.optionalInt(1) else {
            // Nobody answers what was withdrawn.
            if row.bool(9) { return .messageWithdrawn }
            return kind(ChannelEvent.Kind(code: row.int(2)), row.optionalInt(8).map(ChannelEvent.Origin.init(code:)))
        }
        guard let change = StoredChange(rawValue: code) else { preconditionFailure("the schema allows two kinds of change") }
        return change.kind
    }

    /// Only what the person says here and now wants an answer.
    private static func kind(_ kind: ChannelEvent.Kind, _ origin: ChannelEvent.Origin?) -> Kind {
        switch (kind, origin) {
        case (.message, nil), (.postback, nil): .messageReceived
        case (.echo, nil), (.echo, .standby), (.reply, _): .messageSent
        case (.unsend, _): .messageWithdrawn
        case (_, _): .activityRecorded
        }
    }
}
