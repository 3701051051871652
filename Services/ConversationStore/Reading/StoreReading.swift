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
            SELECT channel, participant, name FROM conversations JOIN participants ON participants.id = participant
            WHERE conversations.id = ? AND conversations.workspace = ?
            """, .integer(request.conversation.rawValue), .text(request.workspace.rawValue)
        ) { row in
            response.channel = ChannelID(rawValue: row.text(0))
            response.participant.id = ParticipantID(rawValue: row.int(1))
            response.participant.name = row.optionalText(2)
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
            SELECT id, author, sent_at, status, type, text, raw FROM messages
            WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?
            """, .integer(request.conversation.rawValue), .integer(request.before?.rawValue ?? .max), .integer(request.limit)
        ) { row in
            if isFull { return }
            let message = Message(row)
            bytes += (message.text?.utf8.count ?? 0) + (message.raw?.bytes.count ?? 0)
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
    fileprivate init(_ row: borrowing Row) {
        self.init()
        id = MessageID(rawValue: row.int(0))
        author = Author(code: row.int(1))
        sentAt = Timestamp(rawValue: row.int(2))
        status = row.optionalInt(3).map(ChannelEvent.Status.init(rank:))
        type = row.text(4)
        text = row.optionalText(5)
        raw = row.optionalBlob(6).map(RawJSON.init(checked:))
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
