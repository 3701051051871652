import ConversationStoreContracts
import Domain
import SQLite
import Wire

extension ConversationStoreStore {
    /// Text and raw bytes of one answer: JSON may double them, and a frame holds 4 MiB. One message always fits.
    static let contentBytesMax = 1 << 20
    /// Names of one person that are shown.
    static let aliasCountMax: Int64 = 64

    /// The last messages of a conversation, oldest first; nil when the workspace has no such conversation.
    ///
    /// Fewer than asked for where they hold too much for one frame: the reader goes on before the oldest.
    func read(_ request: ReadConversation, _ connection: Connection) throws -> ReadConversation.Response? {
        var response = ReadConversation.Response()
        let isKnown = try connection.first(
            """
            SELECT channel, participant, name, objects_since FROM conversations JOIN participants ON participants.id = participant
            WHERE conversations.id = ? AND conversations.workspace = ?
            """, .integer(request.conversation.rawValue), .text(request.workspace.rawValue)
        ) { row in
            response.channel = ChannelID(rawValue: row.text(0))
            response.participant.id = ParticipantID(rawValue: row.int(1))
            response.participant.name = row.optionalText(2)
            response.participant.marketingObjectionAt = row.optionalInt(3).map(Timestamp.init(rawValue:))
            return true
        }
        guard isKnown != nil else { return nil }
        response.participant.aliases = try aliases(of: response.participant.id, connection)
        response.messages = try messages(request, connection)
        return response
    }

    private func messages(_ request: ReadConversation, _ connection: Connection) throws -> [Message] {
        var messages: [Message] = []
        messages.reserveCapacity(Int(request.limit))
        var bytes = 0
        var isFull = false
        try connection.each(
            """
            SELECT id, kind, author, origin, sent_at, status, type, text, details, raw,
                CASE WHEN status IS NOT NULL THEN
                    (SELECT details FROM delivery_statuses WHERE message = messages.id AND status = messages.status) END
            FROM messages WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?
            """, .integer(request.conversation.rawValue), .integer(request.before?.rawValue ?? .max), .integer(request.limit)
        ) { row in
            if isFull { return }
            let message = try Message(row)
            for column in 7...10 { bytes += row.withBytes(column) { $0.count } }
            isFull = bytes > ConversationStoreStore.contentBytesMax && !messages.isEmpty
            if !isFull { messages.append(message) }
        }
        messages.reverse()
        return messages
    }

    func aliases(of participant: ParticipantID, _ connection: Connection) throws -> [Alias] {
        var aliases: [Alias] = []
        try connection.each(
            "SELECT platform, kind, value FROM aliases WHERE participant = ? LIMIT ?", .integer(participant.rawValue),
            .integer(ConversationStoreStore.aliasCountMax)
        ) { row in
            aliases.append(Alias(row))
        }
        return aliases
    }
}

extension Message {
    fileprivate init(_ row: borrowing Row) throws {
        self.init()
        id = MessageID(rawValue: row.int(0))
        kind = ChannelEvent.Kind(code: row.int(1))
        author = Author(code: row.int(2))
        origin = row.optionalInt(3).map(ChannelEvent.Origin.init(code:))
        sentAt = Timestamp(rawValue: row.int(4))
        status = row.optionalInt(5).map(ChannelEvent.Status.init(rank:))
        type = row.text(6)
        text = row.optionalText(7)
        details = try row.optionalBlob(8).map(EventDetails.init(stored:))
        raw = row.optionalBlob(9).map(RawJSON.init(checked:))
        delivery = try row.optionalBlob(10).map(EventDetails.init(stored:))
    }
}

extension Alias {
    /// From columns platform, kind, value.
    init(_ row: borrowing Row) {
        guard let platform = Platform(rawValue: row.text(0)), let kind = Kind(rawValue: row.text(1)) else {
            preconditionFailure("an alias is stored with the words of its contract")
        }
        self.init(platform, kind, row.text(2))
    }
}
