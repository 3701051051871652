import ConversationStoreContracts
import Domain
import SQLite

/// What people say in public under one medium: a conversation of whoever comments, and of the account's own answers among them.
///
/// A comment stays a row of the conversation with whoever wrote it: an erasure, a hold or a change of names finds it there, and takes
/// nobody else's. A thread begins with the first comment of a person and ends with the last.
extension ConversationStoreStore {
    /// Who wrote the last comment of a thread, as a column of `conversations`.
    static let lastCommenter = """
        SELECT person.participant FROM messages AS last JOIN conversations AS person ON person.id = last.conversation
        WHERE last.thread = conversations.id ORDER BY last.id DESC LIMIT 1
        """

    /// The account's own comments under a thread's medium, as a condition on `notices`: ?1 is the thread.
    static let ownComments = "(workspace, channel, media) = (SELECT workspace, channel, media FROM conversations WHERE id = ?1)"

    func thread(under media: String, _ delivery: PreparedDelivery, _ connection: Connection) throws -> ConversationPlace {
        let known = try connection.first(
            "SELECT id, listed FROM conversations WHERE workspace = ? AND channel = ? AND media = ?", .text(delivery.workspace.rawValue),
            .text(delivery.channel.rawValue), .text(media)
        ) {
            ConversationPlace(
                conversation: ConversationID(rawValue: $0.int(0)), listed: $0.optionalInt(1).map(MessageID.init(rawValue:)))
        }
        if let known { return known }
        try connection.run(
            "INSERT INTO conversations (workspace, channel, media) VALUES (?, ?, ?)", .text(delivery.workspace.rawValue),
            .text(delivery.channel.rawValue), .text(media))
        return ConversationPlace(conversation: ConversationID(rawValue: connection.lastInsertedRow), listed: nil)
    }

    /// Comments since the account's last own; at most `Conversation.unansweredMax`.
    func unanswered(inThread thread: ConversationID, _ connection: Connection) throws -> Int64 {
        try connection.first(
            """
            SELECT count(*) FROM (SELECT 1 FROM messages
                WHERE thread = ?1 AND id > coalesce((SELECT max(id) FROM notices WHERE \(ConversationStoreStore.ownComments)), 0) LIMIT ?2)
            """, .integer(thread.rawValue), .integer(Conversation.unansweredMax)
        ) { $0.int(0) } ?? 0
    }
}

extension ChannelEvent {
    /// Under which medium it is read; nil for what is no comment. Where another account mentions this one it names nobody, and its medium
    /// is not one of the account's.
    var threadMedia: String? {
        guard kind == .comment, participant != ParticipantIdentity() || author == .business else { return nil }
        return details?.comment?.media ?? ""
    }
}
