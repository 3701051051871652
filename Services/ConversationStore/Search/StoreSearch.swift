import ConversationStoreContracts
import Domain
import SQLite

extension ConversationStoreStore {
    /// Rows that one search looks at; then it answers with what it has, and where to go on.
    static let searchLooksMax = 4096

    /// The latest messages that hold what is looked for, newest first.
    /// - Parameter shown: what a text of a participant shows to whoever asks: nothing is found by what they don't see.
    func search(
        _ request: SearchConversations, _ query: SearchQuery, _ connection: Connection,
        shown: (String, Participant) -> String
    ) throws -> SearchConversations.Response {
        var response = SearchConversations.Response()
        var meeting = try meeting(of: request, query, connection)
        var before = request.before?.rawValue ?? .max
        var bytes = 0
        while response.messages.count < Int(request.limit) {
            switch try meeting.next(before: before) {
            case .end: return response
            case .tired(let place):
                response.next = MessageID(rawValue: place)
                return response
            case .message(let message):
                defer { before = message }
                guard var found = try found(message, request, connection) else { continue }
                found.message.text = shown(found.message.text, found.participant)
                guard query.isHeld(by: SearchTerms(found.message.text)) else { continue }
                bytes += found.message.text.utf8.count
                // Fewer than asked for where they hold too much for one frame.
                if bytes > ConversationStoreStore.contentBytesMax, !response.messages.isEmpty {
                    response.next = MessageID(rawValue: before)
                    return response
                }
                response.messages.append(found.message)
            }
        }
        response.next = MessageID(rawValue: before)
        return response
    }

    /// Where all that a message must be and hold comes together.
    private func meeting(of request: SearchConversations, _ query: SearchQuery, _ connection: Connection) throws -> PostingMeeting {
        var lists: [(Int64) throws -> Int64?] = query.terms.map { term in
            var list = PostingList(of: IndexedTerm(workspace: request.workspace.rawValue, term: term))
            return { try list.last(upTo: $0) { try self.block(of: $0, upTo: $1, connection) } }
        }
        if let participant = request.participant {
            let conversations = try conversations(of: participant, in: request.workspace, connection)
            lists.append { message in
                try conversations.compactMap { try self.lastMessage(of: $0, upTo: message, connection) }.max()
            }
        }
        return PostingMeeting(lists)
    }

    private func conversations(
        of participant: ParticipantID, in workspace: WorkspaceID, _ connection: Connection
    ) throws -> [ConversationID] {
        var conversations: [ConversationID] = []
        try connection.each(
            "SELECT id FROM conversations WHERE participant = ? AND workspace = ?", .integer(participant.rawValue),
            .text(workspace.rawValue)
        ) { conversations.append(ConversationID(rawValue: $0.int(0))) }
        return conversations
    }

    private func lastMessage(of conversation: ConversationID, upTo message: Int64, _ connection: Connection) throws -> Int64? {
        try connection.first(
            """
            SELECT max(coalesce((SELECT max(id) FROM messages WHERE conversation = ?1 AND thread IS NULL AND id <= ?2), 0),
                coalesce((SELECT max(id) FROM messages WHERE conversation = ?1 AND thread IS NOT NULL AND id <= ?2), 0))
            """, .integer(conversation.rawValue), .integer(message)
        ) { $0.int(0) == 0 ? nil : $0.int(0) } ?? nil
    }

    private func found(
        _ message: Int64, _ request: SearchConversations, _ connection: Connection
    ) throws -> (message: FoundMessage, participant: Participant)? {
        var participant = Participant()
        let found = try connection.first(
            """
            SELECT coalesce(thread, conversation), channel, participant, messages.kind, author, sent_at, \(ConversationStoreStore.wordsNow),
                \(ConversationStoreStore.mediaNow), name
            FROM messages JOIN conversations ON conversations.id = conversation JOIN participants ON participants.id = participant
            WHERE messages.id = ?1 AND conversations.workspace = ?2 AND (?3 IS NULL OR channel = ?3) AND sent_at >= ?4 AND sent_at < ?5
                AND restricted_since IS NULL
            """, .integer(message), .text(request.workspace.rawValue), SQLValue(request.channel?.rawValue),
            .integer(request.since?.rawValue ?? .min), .integer(request.until?.rawValue ?? .max)
        ) { row in
            var found = FoundMessage()
            found.conversation = ConversationID(rawValue: row.int(0))
            found.channel = ChannelID(rawValue: row.text(1))
            found.participant = ParticipantID(rawValue: row.int(2))
            found.message = MessageID(rawValue: message)
            found.kind = ChannelEvent.Kind(code: row.int(3))
            found.author = Message.Author(code: row.int(4))
            found.sentAt = Timestamp(rawValue: row.int(5))
            found.text = try ConversationStoreStore.searchedText(row.optionalText(6), row.optionalBlob(7))
            participant.name = row.optionalText(8)
            return found
        }
        guard let found else { return nil }
        participant.id = found.participant
        participant.aliases = try aliases(of: found.participant, connection)
        return (found, participant)
    }
}
