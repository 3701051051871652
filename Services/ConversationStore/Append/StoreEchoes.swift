import ConversationStoreContracts
import Domain
import SQLite

/// A reply of ours whose id nobody told us, and the echo that the platform sends of it: one message, in whichever order the two come.
///
/// The same words to the same person by the same channel at nearly the same time, each of the two joined once. An echo of something else
/// that a person typed meanwhile in the same words would be shown as the reply: it says the same.
extension ConversationStoreStore {
    /// So far the sender's clock and the platform's may be apart.
    static let echoMilliseconds: Int64 = 10 * 60_000
    /// Forgotten with each that begins to wait, so that more go than come.
    static let forgottenPerReply: Int64 = 4
    /// A reply looks for its echo among so many of a conversation's last messages.
    static let echoReach: Int64 = 64

    /// Notes that a reply's echo, should one come, will bear an id that is new to us.
    func awaitEcho(of event: ChannelEvent, _ message: MessageID, in conversation: ConversationID, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO nameless_replies (conversation, message, sent_at) VALUES (?, ?, ?)", .integer(conversation.rawValue),
            .integer(message.rawValue), .integer(event.sentAt.rawValue))
        try connection.run(
            """
            DELETE FROM nameless_replies WHERE message IN
                (SELECT message FROM nameless_replies WHERE sent_at < ? ORDER BY sent_at LIMIT ?)
            """, .integer(event.sentAt.rawValue - ConversationStoreStore.echoMilliseconds),
            .integer(ConversationStoreStore.forgottenPerReply))
    }

    /// The message of ours that is told a second time under another id; nil for what is new.
    func twin(of event: ChannelEvent, in conversation: ConversationID, _ connection: Connection) throws -> MessageID? {
        guard let text = event.text, event.details?.attachments == nil else { return nil }
        let window = SQLValue.integer(ConversationStoreStore.echoMilliseconds)
        if event.kind == .echo {
            return try connection.first(
                """
                SELECT message FROM nameless_replies JOIN messages ON messages.id = message
                WHERE nameless_replies.conversation = ?1 AND text = ?2 AND abs(messages.sent_at - ?3) <= ?4
                ORDER BY abs(messages.sent_at - ?3), message LIMIT 1
                """, .integer(conversation.rawValue), .text(text), .integer(event.sentAt.rawValue), window
            ) { MessageID(rawValue: $0.int(0)) }
        }
        guard event.isNamelessReply else { return nil }
        return try connection.first(
            """
            SELECT id FROM (SELECT id, kind, text, details, sent_at FROM messages WHERE conversation = ?1 AND thread IS NULL
                ORDER BY id DESC LIMIT ?5)
            WHERE kind = ?6 AND text = ?2 AND details IS NULL AND abs(sent_at - ?3) <= ?4 ORDER BY abs(sent_at - ?3), id LIMIT 1
            """, .integer(conversation.rawValue), .text(text), .integer(event.sentAt.rawValue), window,
            .integer(ConversationStoreStore.echoReach), .integer(ChannelEvent.Kind.echo.code)
        ) { MessageID(rawValue: $0.int(0)) }
    }

    /// Makes both ids lead to one message.
    func join(
        _ prepared: PreparedEvent, with message: MessageID, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        try know(prepared, as: message, connection)
        guard prepared.event.kind == .echo else { return try meet(message, prepared, connection) }
        // What the platform says later of this message, and a tombstone of it, go by the platform's id.
        try connection.run(
            "UPDATE messages SET erasure_pepper = ?, erasure_digest = ? WHERE id = ?", .integer(digester.newestVersion),
            .blob(prepared.messageNames[0]),
            .integer(message.rawValue))
        try connection.run("DELETE FROM nameless_replies WHERE message = ?", .integer(message.rawValue))
        if try takePendingStatuses(prepared.key, to: message, connection) {
            try tell(.statusChanged, message, at: prepared.event.receivedAt, connection)
        }
        // What came before the echo names the message by the platform's id, too.
        try takeWaiting(for: message, prepared.messageNames, connection, &appended)
        return .repeated
    }
}
