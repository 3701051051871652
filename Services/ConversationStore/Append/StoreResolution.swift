import ConversationStoreContracts
import Domain
import Policy
import SQLite

/// What is about a message (an edit, a reaction, a read, a withdrawal) finds it in whatever order both come.
extension ConversationStoreStore {
    /// Messages of a conversation among which an edit or a reaction finds its own: platforms allow neither for ever. A withdrawal looks at
    /// all: it must never be lost.
    static let subjectReach: Int64 = 4096
    /// Events dropped with one that begins to wait, so that more go than come.
    static let expiredPerEvent: Int64 = 4

    /// What an event is about.
    enum EventSubject {
        /// The event stands for itself.
        case none
        case message(MessageID, isWithdrawn: Bool)
        /// Not here, or not yet; its side may have withdrawn it already.
        case awaited(isWithdrawn: Bool)

        var isWithdrawn: Bool {
            switch self {
            case .none: false
            case .message(_, let isWithdrawn), .awaited(let isWithdrawn): isWithdrawn
            }
        }
    }

    func subject(of prepared: PreparedEvent, in conversation: ConversationID, _ connection: Connection) throws -> EventSubject {
        guard prepared.event.kind.needsTarget else { return .none }
        for place in [conversation] + (try formerConversations(of: conversation, connection)) {
            if let found = try message(for: prepared, in: place, connection) { return found }
        }
        return .awaited(isWithdrawn: try isWithdrawalWaiting(beside: prepared, connection))
    }

    /// After an event's row is there: it takes effect or waits, and what waited for it takes effect.
    func resolve(
        _ prepared: PreparedEvent, as id: MessageID, _ subject: EventSubject, _ connection: Connection, _ appended: inout Appended
    ) throws {
        switch subject {
        case .none: if appended.mayWait { try takeWaiting(for: id, prepared.messageNames, connection, &appended) }
        case .message(let message, _): try apply(Happening(id, prepared.event), to: message, connection, &appended)
        case .awaited:
            try wait(prepared, as: id, connection)
            appended.mayWait = true
        }
    }

    // MARK: Finding

    /// Those on the same channel that the person had under the names of before: what they wrote then is theirs to withdraw.
    private func formerConversations(of conversation: ConversationID, _ connection: Connection) throws -> [ConversationID] {
        var former: [ConversationID] = []
        try connection.each(
            """
            SELECT former.id FROM conversations AS own JOIN lineages ON lineages.participant = own.participant
                JOIN conversations AS former ON former.participant = lineages.former AND former.channel = own.channel
            WHERE own.id = ?
            """, .integer(conversation.rawValue)
        ) { former.append(ConversationID(rawValue: $0.int(0))) }
        return former
    }

    /// Only its own side edits or withdraws a message.
    private func message(
        for prepared: PreparedEvent, in conversation: ConversationID, _ connection: Connection
    ) throws -> EventSubject? {
        let kind = prepared.event.kind
        let reach = kind == .unsend ? Int64.max : ConversationStoreStore.subjectReach
        for name in prepared.targetNames {
            let found = try connection.first(
                """
                SELECT id, withdrawn_at IS NOT NULL FROM (
                    SELECT id, erasure_digest, kind, author, withdrawn_at FROM messages
                    WHERE conversation = ?1 AND thread IS NULL ORDER BY id DESC LIMIT ?2)
                WHERE erasure_digest = ?3 AND kind NOT BETWEEN ?4 AND ?5 AND (?6 OR (author = ?7) = ?8) LIMIT 1
                """, .integer(conversation.rawValue), .integer(reach), .blob(name), .integer(ChannelEvent.Kind.edit.code),
                .integer(ChannelEvent.Kind.read.code), .integer(kind.isOfItsSubjectsAuthor ? 0 : 1),
                .integer(Message.Author.participant.code),
                .integer(Message.Author(prepared.event) == .participant ? 1 : 0)
            ) { EventSubject.message(MessageID(rawValue: $0.int(0)), isWithdrawn: $0.bool(1)) }
            if let found { return found }
        }
        return nil
    }

    private func isWithdrawalWaiting(beside prepared: PreparedEvent, _ connection: Connection) throws -> Bool {
        guard prepared.event.kind == .edit else { return false }
        for name in prepared.targetNames {
            let waits = try connection.first(
                """
                SELECT 1 FROM waiting_events JOIN messages ON id = message
                WHERE waiting_events.target = ? AND kind = ? AND (author = ?) = ? LIMIT 1
                """, .blob(name), .integer(ChannelEvent.Kind.unsend.code), .integer(Message.Author.participant.code),
                .integer(Message.Author(prepared.event) == .participant ? 1 : 0)
            ) { _ in true }
            if waits != nil { return true }
        }
        return false
    }

    // MARK: Waiting

    private func wait(_ prepared: PreparedEvent, as id: MessageID, _ connection: Connection) throws {
        let event = prepared.event
        if event.kind == .unsend {
            // Words that were withdrawn wait for nothing. Should the message be another's, this side's edits were none either.
            for name in prepared.targetNames {
                try connection.run(
                    """
                    DELETE FROM messages WHERE kind = ?2 AND (author = ?3) = ?4
                        AND id IN (SELECT message FROM waiting_events WHERE waiting_events.target = ?1)
                    """, .blob(name), .integer(ChannelEvent.Kind.edit.code), .integer(Message.Author.participant.code),
                    .integer(Message.Author(event) == .participant ? 1 : 0))
            }
        }
        try connection.run(
            "INSERT INTO waiting_events (target, message, since) VALUES (?, ?, ?)", .blob(prepared.targetNames[0]), .integer(id.rawValue),
            .integer(event.receivedAt.rawValue))
        // A message of which so long nothing was told is none that we will ever have.
        let oldest = clock.now.rawValue - Retention.deliveryKeys.length.milliseconds
        try connection.run(
            "DELETE FROM waiting_events WHERE message IN (SELECT message FROM waiting_events WHERE since < ? ORDER BY since LIMIT ?)",
            .integer(oldest), .integer(ConversationStoreStore.expiredPerEvent))
    }

    func takeWaiting(
        for message: MessageID, _ names: [[UInt8]], _ connection: Connection, _ appended: inout Appended
    ) throws {
        var happenings: [Happening] = []
        for name in names {
            try connection.each(
                """
                SELECT event.id, event.kind, event.author, event.sent_at FROM waiting_events
                    CROSS JOIN messages AS event ON event.id = message  -- In this order: for most messages nothing waits.
                    CROSS JOIN messages AS subject ON subject.id = ?2
                WHERE waiting_events.target = ?1 AND event.conversation = subject.conversation
                """, .blob(name), .integer(message.rawValue)
            ) { happenings.append(Happening($0)) }
        }
        guard !happenings.isEmpty else { return }
        let isTheirs = try connection.first("SELECT author FROM messages WHERE id = ?", .integer(message.rawValue)) {
            Message.Author(code: $0.int(0)) == .participant
        }
        // A withdrawal last: it takes along what happened before.
        for happening in happenings.filter({ $0.kind != .unsend }) + happenings.filter({ $0.kind == .unsend })
        where !happening.kind.isOfItsSubjectsAuthor || happening.isTheirs == isTheirs {
            try connection.run("DELETE FROM waiting_events WHERE message = ?", .integer(happening.event.rawValue))
            try apply(happening, to: message, connection, &appended)
        }
    }

    // MARK: Taking effect

    /// One thing that happened to a message.
    private struct Happening {
        let event: MessageID
        let kind: ChannelEvent.Kind
        let isTheirs: Bool
        let at: Timestamp

        init(_ id: MessageID, _ event: ChannelEvent) {
            self.event = id
            kind = event.kind
            isTheirs = Message.Author(event) == .participant
            at = event.sentAt
        }

        /// From columns id, kind, author, sent_at.
        init(_ row: borrowing Row) {
            event = MessageID(rawValue: row.int(0))
            kind = ChannelEvent.Kind(code: row.int(1))
            isTheirs = Message.Author(code: row.int(2)) == .participant
            at = Timestamp(rawValue: row.int(3))
        }
    }

    private func apply(
        _ happening: Happening, to message: MessageID, _ connection: Connection, _ appended: inout Appended
    ) throws {
        try connection.run(
            "UPDATE messages SET about = ? WHERE id = ?", .integer(message.rawValue), .integer(happening.event.rawValue))
        let (id, at) = (SQLValue.integer(message.rawValue), SQLValue.integer(happening.at.rawValue))
        switch happening.kind {
        case .edit:
            try changingWords(of: message, connection) {
                try connection.run("UPDATE messages SET edited_at = max(coalesce(edited_at, ?2), ?2) WHERE id = ?1", id, at)
            }
        case .reaction:
            try connection.run("UPDATE messages SET reacted_at = max(coalesce(reacted_at, ?2), ?2) WHERE id = ?1", id, at)
        case .read:
            guard happening.isTheirs else { return }
            try connection.run(
                """
                UPDATE conversations SET read_until = max(coalesce(read_until, 0), sent_at)
                FROM messages WHERE messages.id = ?1 AND conversations.id = conversation
                """, id)
        case .unsend:
            try changingWords(of: message, connection) { try withdraw(message, at: happening.at, connection) }
            appended.withdrawn += 1
        case .message, .echo, .reply, .status, .postback, .referral, .comment, .preference, .identity, .template, .account, .other:
            preconditionFailure("only what needs a target is resolved")
        }
    }

    /// Leaves nothing but that there was a message, and that it was withdrawn.
    private func withdraw(_ message: MessageID, at time: Timestamp, _ connection: Connection) throws {
        let id = SQLValue.integer(message.rawValue)
        try connection.run(
            """
            UPDATE messages SET text = NULL, details = NULL, raw = NULL, edited_at = NULL, reacted_at = NULL,
                withdrawn_at = min(coalesce(withdrawn_at, ?2), ?2) WHERE id = ?1
            """, id, .integer(time.rawValue))
        try connection.run("DELETE FROM mentions WHERE message = ?", id)
        try connection.run("UPDATE delivery_statuses SET details = NULL, raw = NULL WHERE message = ?", id)
        try connection.run(
            "DELETE FROM messages WHERE about = ? AND kind IN (?, ?)", id, .integer(ChannelEvent.Kind.edit.code),
            .integer(ChannelEvent.Kind.reaction.code))
    }
}

extension ChannelEvent.Kind {
    /// Whether only whoever wrote a message may do that to it.
    fileprivate var isOfItsSubjectsAuthor: Bool { self == .edit || self == .unsend }
    /// Whether it says something that goes with a withdrawn message.
    var isWithdrawnWithItsSubject: Bool { self == .edit || self == .reaction }
}
