import ConversationStoreContracts
import Domain
import SQLite

/// The list of conversations, the last active first, as a value that is filled candidate by candidate.
///
/// `conversations.listed` stands at most `slack` numbers behind a conversation's last message, so that few messages move it. A page is
/// exact all the same: candidates come in the order of `listed`, and once the page's oldest is newer than any later candidate could be,
/// the page stands. At most `slack` candidates more than the page holds are looked at; and where many conversations are under way, most
/// pages are found among the last messages themselves, before any candidate is (`ConversationStoreStore.list`).
struct ActivityList {
    /// Numbers of arrival. More: messages write less; less: a page reads less.
    static let slack: Int64 = 4096
    /// Candidates that are fetched at once.
    static let sliceCount = 128
    /// Messages that are looked at before candidates are, and so many of them at once.
    static let walkedMax = 256
    static let walkedAtOnce = 64

    struct Candidate: Equatable {
        let conversation: ConversationID
        let lastMessage: MessageID
    }

    private let limit: Int
    /// Only what is older is of the page.
    private(set) var before: MessageID
    /// The newest first.
    private(set) var page: [Candidate] = []

    init(limit: Int, before: MessageID?) {
        self.limit = limit
        self.before = before ?? MessageID(rawValue: .max)
    }

    /// Whether a conversation must move up, now that it has a new message.
    static func isDue(_ place: ConversationPlace, _ message: MessageID) -> Bool {
        guard let listed = place.listed else { return true }
        return message.rawValue - listed.rawValue > slack
    }

    /// Whether a candidate listed there, and so every later one, is too old for the page.
    func isComplete(at listed: MessageID) -> Bool {
        guard page.count == limit, let oldest = page.last else { return false }
        return listed.rawValue + ActivityList.slack < oldest.lastMessage.rawValue
    }

    var isFull: Bool { page.count == limit }

    /// Whatever has its last message there or later has been considered.
    mutating func goOn(before message: MessageID) { before = message }

    mutating func consider(_ candidate: Candidate) {
        guard candidate.lastMessage < before else { return }
        let place = page.firstIndex { $0.lastMessage < candidate.lastMessage } ?? page.count
        page.insert(candidate, at: place)
        if page.count > limit { page.removeLast() }
    }
}

extension ConversationStoreStore {
    func list(_ conversation: ConversationID, at message: MessageID, _ connection: Connection) throws {
        try connection.run(
            "UPDATE conversations SET listed = ? WHERE id = ?", .integer(message.rawValue), .integer(conversation.rawValue))
    }

    /// A page of a workspace's conversations, the last active first.
    /// - Parameter member: who asks, if it is one of the workspace's people.
    func list(_ request: ListConversations, for member: MemberID?, _ connection: Connection) throws -> ListConversations.Response {
        var list = ActivityList(limit: Int(request.limit), before: request.before?.lastMessage)
        // The last messages are those of the conversations that were active last. Where they are other workspaces', or of few conversations,
        // the walk comes to little, and the list that is kept goes on.
        for _ in 0..<(ActivityList.walkedMax / ActivityList.walkedAtOnce) {
            let walked = try lastMessages(before: list.before, request, connection)
            for (message, conversation) in walked {
                if let conversation { list.consider(.init(conversation: conversation, lastMessage: message)) }
                list.goOn(before: message)
                if list.isFull { return try response(list, for: member, connection) }
            }
            if walked.count < ActivityList.walkedAtOnce { return try response(list, for: member, connection) }
        }
        var after = list.before.rawValue
        // Slice by slice: a walk can't be broken off, and where it ends only the candidates tell.
        while true {
            let slice = try candidates(listedBefore: after, request, connection)
            for (candidate, listed) in slice {
                after = listed.rawValue
                if list.isComplete(at: listed) { return try response(list, for: member, connection) }
                list.consider(candidate)
            }
            if slice.count < ActivityList.sliceCount { return try response(list, for: member, connection) }
        }
    }

    /// The latest messages of all workspaces; with its conversation where it is the last of one that is asked for.
    private func lastMessages(
        before message: MessageID, _ request: ListConversations, _ connection: Connection
    ) throws -> [(message: MessageID, conversation: ConversationID?)] {
        var walked: [(message: MessageID, conversation: ConversationID?)] = []
        try connection.each(
            """
            SELECT messages.id, CASE WHEN \(request.condition) THEN
                CASE WHEN (\(ConversationStoreStore.lastMessage)) = messages.id THEN conversations.id END END
            FROM messages CROSS JOIN conversations ON conversations.id = coalesce(messages.thread, messages.conversation)
            WHERE messages.id < ?2 ORDER BY messages.id DESC LIMIT ?4
            """, .text(request.workspace.rawValue), .integer(message.rawValue), SQLValue(request.channel?.rawValue),
            .integer(Int64(ActivityList.walkedAtOnce)), SQLValue(request.assignee?.rawValue), SQLValue(request.open.map { $0 ? 1 : 0 })
        ) { row in
            walked.append((MessageID(rawValue: row.int(0)), row.optionalInt(1).map(ConversationID.init(rawValue:))))
        }
        return walked
    }

    private func candidates(
        listedBefore after: Int64, _ request: ListConversations, _ connection: Connection
    ) throws -> [(ActivityList.Candidate, listed: MessageID)] {
        var candidates: [(ActivityList.Candidate, listed: MessageID)] = []
        try connection.each(
            """
            SELECT id, listed, (\(ConversationStoreStore.lastMessage)) FROM conversations
            WHERE listed < ?2 AND \(request.condition) ORDER BY listed DESC LIMIT ?4
            """, .text(request.workspace.rawValue), .integer(after), SQLValue(request.channel?.rawValue),
            .integer(Int64(ActivityList.sliceCount)), SQLValue(request.assignee?.rawValue), SQLValue(request.open.map { $0 ? 1 : 0 })
        ) { row in
            let listed = MessageID(rawValue: row.int(1))
            let last = row.optionalInt(2).map(MessageID.init(rawValue:)) ?? listed
            candidates.append((.init(conversation: ConversationID(rawValue: row.int(0)), lastMessage: last), listed))
        }
        return candidates
    }

    private func response(
        _ list: ActivityList, for member: MemberID?, _ connection: Connection
    ) throws -> ListConversations.Response {
        var response = ListConversations.Response()
        for candidate in list.page {
            try connection.each(
                """
                SELECT channel, participants.id, name, min(messages.sent_at, messages.received_at),
                    objects_since, restricted_since, \(ConversationStoreStore.closedNow), assignee, media
                FROM conversations JOIN messages ON messages.id = ?2
                    JOIN participants ON participants.id = coalesce(participant, (\(ConversationStoreStore.lastCommenter)))
                WHERE conversations.id = ?1
                """, .integer(candidate.conversation.rawValue), .integer(candidate.lastMessage.rawValue)
            ) { row in
                var conversation = Conversation()
                conversation.id = candidate.conversation
                conversation.lastMessage = candidate.lastMessage
                conversation.channel = ChannelID(rawValue: row.text(0))
                conversation.participant.id = ParticipantID(rawValue: row.int(1))
                conversation.participant.name = row.optionalText(2)
                conversation.participant.marketingObjectionAt = row.optionalInt(4).map(Timestamp.init(rawValue:))
                conversation.participant.restrictedAt = row.optionalInt(5).map(Timestamp.init(rawValue:))
                conversation.closedAt = row.optionalInt(6).map(Timestamp.init(rawValue:))
                conversation.assignee = row.optionalText(7).map(MemberID.init(rawValue:))
                conversation.lastActivityAt = Timestamp(rawValue: row.int(3))
                conversation.media = row.optionalText(8)
                response.conversations.append(conversation)
            }
        }
        for index in response.conversations.indices {
            let conversation = response.conversations[index]
            response.conversations[index].unanswered =
                try conversation.media == nil
                ? unanswered(in: conversation.id, connection) : unanswered(inThread: conversation.id, connection)
            response.conversations[index].unread = try member.map { try unread(by: $0, in: conversation.id, connection) }
            response.conversations[index].participant.aliases = try aliases(of: conversation.participant.id, connection)
            try addProfile(to: &response.conversations[index].participant, connection)
        }
        return response
    }

    /// Looks at the newest alone: a page has many conversations.
    private func unanswered(in conversation: ConversationID, _ connection: Connection) throws -> Int64 {
        var count: Int64 = 0
        var isAnswered = false
        try connection.each(
            """
            SELECT kind, withdrawn_at IS NULL, origin IS NULL FROM messages WHERE conversation = ? AND thread IS NULL
            ORDER BY id DESC LIMIT ?
            """,
            .integer(conversation.rawValue), .integer(Conversation.unansweredMax)
        ) { row in
            switch ChannelEvent.Kind(code: row.int(0)) {
            case .echo, .reply: isAnswered = true
            case .message, .postback, .comment: if !isAnswered && row.bool(1) && row.bool(2) { count += 1 }
            case .edit, .unsend, .reaction, .read, .status, .referral, .preference, .identity, .template, .account, .other: break
            }
        }
        return count
    }
}

extension ListConversations {
    /// What is asked for, as a condition on `conversations`: ?1 the workspace, ?3 the channel, ?5 the assignee, ?6 whether it is open.
    fileprivate var condition: String {
        let ofKind =
            switch kind {
            case nil: "true"
            case .direct: "media IS NULL"
            // As the index of threads has it.
            case .comments: "media IS NOT NULL AND listed IS NOT NULL"
            }
        return """
            workspace = ?1 AND \(ofKind) AND (?3 IS NULL OR channel = ?3) AND (?5 IS NULL OR assignee = ?5)
                AND (?6 IS NULL OR (\(ConversationStoreStore.closedNow)) IS NULL = ?6)
            """
    }
}
