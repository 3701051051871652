import ConversationStoreContracts
import Domain
import HolderContracts
import SQLite

/// Who looks after a conversation, and whether anything is left to do in it.
extension ConversationStoreStore {
    /// When a conversation was closed, as a column of `conversations`; NULL while it is open, and once the person has written since.
    static let closedNow = """
        CASE WHEN closed_until IS NOT NULL AND NOT CASE WHEN media IS NULL
                THEN EXISTS (SELECT 1 FROM messages AS later
                    WHERE later.conversation = conversations.id AND later.thread IS NULL AND later.id > closed_until
                        AND later.kind IN (0, 7) AND later.author = 0 AND later.origin IS NULL)
                ELSE EXISTS (SELECT 1 FROM messages AS later WHERE later.thread = conversations.id AND later.id > closed_until) END
            THEN closed_at END
        """

    /// The number of a conversation's last message, as a column of `conversations`; of a thread that of its last comment of a person.
    static let lastMessage = """
        CASE WHEN media IS NULL
            THEN (SELECT max(last.id) FROM messages AS last WHERE last.conversation = conversations.id AND last.thread IS NULL)
            ELSE (SELECT max(last.id) FROM messages AS last WHERE last.thread = conversations.id) END
        """

    /// nil when the workspace has no such conversation. What is closed already keeps its time.
    func update(
        _ request: UpdateConversation, at time: Timestamp, _ connection: Connection
    ) throws -> UpdateConversation.Response? {
        guard let former = try state(of: request.conversation, in: request.workspace, connection) else { return nil }
        let id = SQLValue.integer(request.conversation.rawValue)
        switch request.closed {
        case true? where former.closedAt == nil:
            try connection.run(
                """
                UPDATE conversations SET closed_at = ?2,
                    closed_until = coalesce((\(ConversationStoreStore.lastMessage)), 0) WHERE id = ?1
                """, id, .integer(time.rawValue))
        case false?: try connection.run("UPDATE conversations SET closed_at = NULL, closed_until = NULL WHERE id = ?", id)
        case true?, nil: break
        }
        if request.assignee != nil || request.unassigned == true {
            try connection.run("UPDATE conversations SET assignee = ?2 WHERE id = ?1", id, SQLValue(request.assignee?.rawValue))
        }
        return try state(of: request.conversation, in: request.workspace, connection)
    }

    private func state(
        of conversation: ConversationID, in workspace: WorkspaceID, _ connection: Connection
    ) throws -> UpdateConversation.Response? {
        try connection.first(
            "SELECT \(ConversationStoreStore.closedNow), assignee FROM conversations WHERE id = ? AND workspace = ?",
            .integer(conversation.rawValue), .text(workspace.rawValue)
        ) { row in
            UpdateConversation.Response(
                closedAt: row.optionalInt(0).map(Timestamp.init(rawValue:)), assignee: row.optionalText(1).map(MemberID.init(rawValue:)))
        }
    }

    // MARK: Members who go

    /// Conversations that name one of the subject's members.
    func assignments(of subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + (connection.first(
                    "SELECT count(*) FROM conversations WHERE assignee = ? AND (workspace = ? OR workspace >= ? AND workspace < ?)",
                    .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end
                ) { $0.int(0) } ?? 0)
        }
    }

    func unassign(_ subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + Int64(
                    connection.run(
                        """
                        UPDATE conversations SET assignee = NULL
                        WHERE assignee = ? AND (workspace = ? OR workspace >= ? AND workspace < ?)
                        """, .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end))
        }
    }
}
