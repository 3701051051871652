import ConversationStoreContracts
import Domain
import SQLite
import Wire

extension ConversationStoreStore {
    /// Text and raw bytes of one answer: JSON may double them, and a frame holds 4 MiB. One message always fits.
    static let contentBytesMax = 1 << 20
    /// What most messages take in a reply.
    private static let messageBytesExpected = 320
    private static let messageNames = MemberNames(of: Message.self)
    /// Names of one person that are shown.
    static let aliasCountMax: Int64 = 64
    /// Of a person's texts, from the first on, in which they may say how they are called.
    static let introductionCountMax: Int64 = 10_000

    /// The last messages of a conversation, oldest first; nil when the workspace has no such conversation.
    ///
    /// Fewer than asked for where they hold too much for one frame: the reader goes on before the oldest.
    func read(_ request: ReadConversation, _ connection: Connection) throws -> (ReadConversation.Response, WrittenList)? {
        var response = ReadConversation.Response()
        var participant: ParticipantID?
        var readUntil: Int64?
        let isKnown = try connection.first(
            """
            SELECT channel, coalesce(participant, (\(ConversationStoreStore.lastCommenter))), read_until, media FROM conversations
            WHERE id = ? AND workspace = ?
            """, .integer(request.conversation.rawValue), .text(request.workspace.rawValue)
        ) { row in
            response.channel = ChannelID(rawValue: row.text(0))
            participant = row.optionalInt(1).map(ParticipantID.init(rawValue:))
            readUntil = row.optionalInt(2)
            response.media = row.optionalText(3)
            return true
        }
        guard isKnown != nil, let participant else { return nil }
        let found = try messages(request, inThread: response.media != nil, readUntil: readUntil ?? -1, connection)
        response.participant = try self.participant(found.authors.first ?? participant, connection)
        if response.media == nil {
            if request.fields == true { response.fields = try fields(of: response.participant.id, connection) }
        } else {
            response.participants = try Set(found.authors).sorted().map { try self.participant($0, connection) }
        }
        return (response, found.messages)
    }

    /// A participant who is known to be there, as the workspace knows them.
    private func participant(_ id: ParticipantID, _ connection: Connection) throws -> Participant {
        var participant = Participant()
        participant.id = id
        try connection.each("SELECT name, objects_since, restricted_since FROM participants WHERE id = ?", .integer(id.rawValue)) { row in
            participant.name = row.optionalText(0)
            participant.marketingObjectionAt = row.optionalInt(1).map(Timestamp.init(rawValue:))
            participant.restrictedAt = row.optionalInt(2).map(Timestamp.init(rawValue:))
        }
        participant.aliases = try aliases(of: id, connection)
        try addProfile(to: &participant, connection)
        return participant
    }

    private static let talk = """
        SELECT id, kind, author, type, text, sent_at, status, origin, details,
            CASE WHEN status IS NOT NULL THEN
                (SELECT details FROM delivery_statuses WHERE message = messages.id AND status = messages.status) END,
            raw, about, edited_at, withdrawn_at, reacted_at, NULL
        FROM messages WHERE conversation = ?1 AND thread IS NULL AND id < ?2 ORDER BY id DESC LIMIT ?3
        """

    /// Comments, and the account's own among them; each with the comment that it answers, while that is there.
    private static let thread = """
        SELECT messages.id AS id, kind, author, type, text, sent_at, status, origin, details, NULL, raw,
            (SELECT parent.id FROM messages AS parent WHERE parent.thread = ?1 AND parent.erasure_digest = messages.target),
            edited_at, withdrawn_at, reacted_at, participant
        FROM messages JOIN conversations ON conversations.id = conversation WHERE thread = ?1 AND messages.id < ?2
        UNION ALL
        SELECT id, kind, \(Message.Author.business.code), type, text, sent_at, NULL, NULL, details, NULL, raw,
            (SELECT answered.id FROM messages AS answered WHERE answered.thread = ?1 AND answered.erasure_digest = notices.parent),
            NULL, NULL, NULL, NULL
        FROM notices WHERE \(ConversationStoreStore.ownComments) AND id < ?2 ORDER BY id DESC LIMIT ?3
        """

    /// The response's list, a row after the other, newest first; and who wrote them, where that is not one person.
    private func messages(
        _ request: ReadConversation, inThread: Bool, readUntil: Int64, _ connection: Connection
    ) throws -> (messages: WrittenList, authors: [ParticipantID]) {
        let messages = WrittenList(
            of: ConversationStoreStore.messageNames, .lastFoundFirst,
            reserving: Int(request.limit) * ConversationStoreStore.messageBytesExpected)
        var authors: [ParticipantID] = []
        var bytes = 0
        var isFull = false
        try connection.each(
            inThread ? ConversationStoreStore.thread : ConversationStoreStore.talk, .integer(request.conversation.rawValue),
            .integer(request.before?.rawValue ?? .max), .integer(request.limit)
        ) { row in
            if isFull { return }
            let (text, details, delivery, raw) = (row.optionalBytes(4), row.optionalBytes(8), row.optionalBytes(9), row.optionalBytes(10))
            bytes += (text?.count ?? 0) + (details?.count ?? 0) + (delivery?.count ?? 0) + (raw?.count ?? 0)
            isFull = bytes > ConversationStoreStore.contentBytesMax && messages.count > 0
            if isFull { return }
            let id = MessageID(rawValue: row.int(0))
            let author = Message.Author(code: row.int(2))
            let edit = row.isNull(12) ? nil : try lastEdit(of: id, connection)
            let edited = row.isNull(12) ? nil : try self.details(row.optionalBlob(8), ofEdited: id, connection)
            let reactions = row.isNull(14) ? nil : try reactions(to: id, connection)
            let participant = row.optionalInt(15)
            if let participant { authors.append(ParticipantID(rawValue: participant)) }
            bytes += (edit?.utf8.count ?? 0)
            messages.append { message in
                message.integer(id.rawValue)
                message.word(ChannelEvent.Kind(code: row.int(1)).rawValue)
                message.word(author.rawValue)
                message.text(row.optionalBytes(3))
                if let edit { message.text(edit) } else { message.text(text) }
                message.integer(row.int(5))
                let isRead = author != .participant && row.int(5) <= readUntil
                message.word(ChannelEvent.Status.standing(row.optionalInt(6), isRead: isRead)?.rawValue)
                message.word(row.optionalInt(7).map { ChannelEvent.Origin(code: $0).rawValue })
                if let edited { edited.withUnsafeBytes { message.json($0) } } else { message.json(details) }
                message.json(delivery)
                message.json(raw)
                message.integer(row.optionalInt(11))
                message.integer(row.optionalInt(12))
                message.text(edit == nil ? nil : text)
                message.integer(row.optionalInt(13))
                message.list(reactions)
                message.integer(participant)
            }
        }
        return (messages, authors)
    }

    /// The words that took the place of the first; nil when no edit has any.
    private func lastEdit(of message: MessageID, _ connection: Connection) throws -> String? {
        try connection.first(
            "SELECT text FROM messages WHERE about = ? AND kind = ? AND text IS NOT NULL ORDER BY sent_at DESC, erasure_digest LIMIT 1",
            .integer(message.rawValue), .integer(ChannelEvent.Kind.edit.code)
        ) { $0.text(0) }
    }

    /// What a message shows beside its words once it was edited: its media, with the words that the last edit gives them.
    private func details(_ first: [UInt8]?, ofEdited message: MessageID, _ connection: Connection) throws -> [UInt8]? {
        let edit = try connection.first(
            "SELECT \(ConversationStoreStore.mediaNow) FROM messages WHERE id = ?", .integer(message.rawValue)
        ) { $0.optionalBlob(0) }
        guard let edit = edit ?? nil, edit != first else { return first }
        var details = try first.map(EventDetails.init(stored:)) ?? EventDetails()
        let former = details.attachments ?? []
        details.attachments = try EventDetails(stored: edit).attachments?.enumerated().map { place, edited in
            guard place < former.count else { return edited }
            var shown = former[place]
            shown.caption = edited.caption
            return shown
        }
        return FieldVisitor.write(details)
    }

    /// The last reaction of each side, where it has not taken it back.
    private func reactions(to message: MessageID, _ connection: Connection) throws -> [Reaction] {
        var reactions: [Message.Author: Reaction] = [:]
        try connection.each(
            "SELECT author, text, sent_at FROM messages WHERE about = ? AND kind = ? ORDER BY sent_at, erasure_digest",
            .integer(message.rawValue), .integer(ChannelEvent.Kind.reaction.code)
        ) { row in
            let author = Message.Author(code: row.int(0))
            reactions[author] = row.optionalText(1).map { Reaction(by: author, $0, at: Timestamp(rawValue: row.int(2))) }
        }
        return Message.Author.allCases.compactMap { reactions[$0] }
    }

    /// How the person said that they are called, in any of their conversations: they rarely say it twice.
    func namesGiven(by participant: ParticipantID, _ connection: Connection) throws -> [String] {
        var names: [String] = []
        try connection.each(
            """
            SELECT text FROM conversations JOIN messages ON messages.conversation = conversations.id
            WHERE participant = ? AND author = ? AND text IS NOT NULL ORDER BY messages.id LIMIT ?
            """, .integer(participant.rawValue), .integer(Message.Author.participant.code),
            .integer(ConversationStoreStore.introductionCountMax)
        ) { names += NamesGiven.in($0.text(0)) }
        return names
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

extension Alias {
    /// From columns platform, kind, value.
    init(_ row: borrowing Row) {
        guard let platform = Platform(rawValue: row.text(0)), let kind = Kind(rawValue: row.text(1)) else {
            preconditionFailure("an alias is stored with the words of its contract")
        }
        self.init(platform, kind, row.text(2))
    }
}
