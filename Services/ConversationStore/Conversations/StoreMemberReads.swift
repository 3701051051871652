import ConversationStoreContracts
import Domain
import HolderContracts
import SQLite

/// How far each of the workspace's people has read each conversation.
extension ConversationStoreStore {
    /// Returns what the member has not read then; nil when the workspace has no such conversation.
    func markRead(_ request: MarkConversationRead, by member: MemberID, _ connection: Connection) throws -> Int64? {
        let last = try connection.first(
            "SELECT coalesce((\(ConversationStoreStore.lastMessage)), 0) FROM conversations WHERE id = ? AND workspace = ?",
            .integer(request.conversation.rawValue), .text(request.workspace.rawValue)
        ) { $0.int(0) }
        guard let last else { return nil }
        // Nobody has read what is yet to come.
        try connection.run(
            """
            INSERT INTO member_reads (conversation, member, read_until) VALUES (?1, ?2, ?3)
            ON CONFLICT DO UPDATE SET read_until = max(read_until, ?3)
            """, .integer(request.conversation.rawValue), .text(member.rawValue), .integer(min(last, request.until.rawValue)))
        return try unread(by: member, in: request.conversation, connection)
    }

    /// Looks at the newest alone: a page has many conversations.
    func unread(by member: MemberID, in conversation: ConversationID, _ connection: Connection) throws -> Int64 {
        func count(_ place: String) throws -> Int64 {
            try connection.first(
                """
                SELECT count(*) FROM (
                    SELECT kind, author, origin, withdrawn_at FROM messages WHERE \(place)
                        AND id > coalesce((SELECT read_until FROM member_reads WHERE member_reads.conversation = ?1 AND member = ?2), 0)
                    ORDER BY id DESC LIMIT ?3)
                WHERE author = ?4 AND kind IN (0, 7, 9) AND origin IS NULL AND withdrawn_at IS NULL
                """, .integer(conversation.rawValue), .text(member.rawValue), .integer(Conversation.unreadMax),
                .integer(Message.Author.participant.code)
            ) { $0.int(0) } ?? 0
        }
        // One of the two has none: a thread has no messages of its own, a talk no comments.
        return try count("messages.conversation = ?1 AND thread IS NULL") + count("thread = ?1")
    }

    // MARK: Members who go

    func reads(of subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + (connection.first(
                    """
                    SELECT count(*) FROM member_reads JOIN conversations ON id = conversation
                    WHERE member = ? AND (workspace = ? OR workspace >= ? AND workspace < ?)
                    """, .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end
                ) { $0.int(0) } ?? 0)
        }
    }

    func forgetReads(of subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + Int64(
                    connection.run(
                        """
                        DELETE FROM member_reads WHERE member = ? AND conversation IN
                            (SELECT id FROM conversations WHERE workspace = ? OR workspace >= ? AND workspace < ?)
                        """, .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end))
        }
    }
}
