import Domain
import Erasure
import HandoffContextContracts
import SQLite
import Wire

/// A conversation in a workspace, and whom it is with.
struct SessionPlace: Equatable, Sendable {
    let conversation: ConversationID
    let workspace: WorkspaceID
    let participant: ParticipantID
}

extension HandoffContextStore {
    /// The one function by which sessions change: what has lapsed by now, then the event. Refused, it changes nothing.
    @discardableResult
    func act(_ event: SessionEvent, on conversation: ConversationID, now: Timestamp, _ connection: Connection) throws -> Session {
        var session = try self.session(conversation, connection) ?? Session()
        var actions: [SessionAction] = []
        if let lapse = session.lapse(at: now) { actions.append(try session.take(.lapsed(at: lapse))) }
        actions.append(try session.take(event))
        if actions.contains(.store) { try put(session, of: conversation, connection) }
        return session
    }

    /// As it stands now; nil when nothing was heard of the conversation.
    func session(_ conversation: ConversationID, now: Timestamp, _ connection: Connection) throws -> Session? {
        guard var session = try session(conversation, connection) else { return nil }
        if let lapse = session.lapse(at: now) { _ = try session.take(.lapsed(at: lapse)) }
        return session
    }

    /// Makes the session's row where the feed has not told of the conversation yet; false for somebody who was erased.
    func open(_ place: SessionPlace, now: Timestamp, _ connection: Connection) throws -> Bool {
        if try isErased(place.participant, connection) { return false }
        try connection.run(
            """
            INSERT INTO sessions (conversation, workspace, participant, last_message, last_activity_at) VALUES (?, ?, ?, 0, ?)
            ON CONFLICT (conversation) DO NOTHING
            """, .integer(place.conversation.rawValue), .text(place.workspace.rawValue), .integer(place.participant.rawValue),
            .integer(now.rawValue))
        return true
    }

    /// The number of an erased participant is never given again: whatever names it is late.
    func isErased(_ participant: ParticipantID, _ connection: Connection) throws -> Bool {
        try Tombstones.cutoff(digester.digests(.participant(participant)), connection) != nil
    }

    func isKnown(_ conversation: ConversationID, in workspace: WorkspaceID, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM sessions WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue), .text(workspace.rawValue)
        ) { _ in true } ?? false
    }

    /// Those that wait, and those whose holder's lease has ended.
    func queue(_ request: ReadQueue, now: Timestamp, _ connection: Connection) throws -> ReadQueue.Response {
        let waits = "workspace = ?1 AND (state = 1 OR (state = 2 AND held_until <= ?2))"
        var response = ReadQueue.Response()
        try connection.each(
            """
            SELECT conversation, participant, asker, reason, priority, max(asked_at, coalesce(held_until, 0)) AS since, asked_message
            FROM sessions WHERE \(waits) ORDER BY priority DESC, since, conversation LIMIT ?3
            """, .text(request.workspace.rawValue), .integer(now.rawValue), .integer(request.limit)
        ) { row in
            let ask = HandoffAsk(row, from: 2)
            response.entries.append(
                ReadQueue.Entry(
                    conversation: ConversationID(rawValue: row.int(0)), participant: ParticipantID(rawValue: row.int(1)), ask: ask,
                    waitedMilliseconds: max(0, now.rawValue - ask.since.rawValue)))
        }
        response.waiting =
            try connection.first(
                "SELECT count(*) FROM sessions WHERE \(waits)", .text(request.workspace.rawValue), .integer(now.rawValue)
            ) { $0.int(0) } ?? 0
        return response
    }

    // MARK: Rows

    private func session(_ conversation: ConversationID, _ connection: Connection) throws -> Session? {
        try connection.first(
            """
            SELECT state, turn, asker, reason, priority, asked_at, asked_message, holder, held_until, closed_at
            FROM sessions WHERE conversation = ?
            """, .integer(conversation.rawValue)
        ) { Session($0) }
    }

    private func put(_ session: Session, of conversation: ConversationID, _ connection: Connection) throws {
        var ask: HandoffAsk?
        var hold: Session.Hold?
        var closedAt: Timestamp?
        switch session.state {
        case .bot: break
        case .waiting(let waiting): ask = waiting
        case .human(let holding, let answered): (hold, ask) = (holding, answered)
        case .closed(let at): closedAt = at
        }
        try connection.run(
            """
            UPDATE sessions SET state = ?2, turn = ?3, asker = ?4, reason = ?5, priority = ?6, asked_at = ?7, asked_message = ?8,
                holder = ?9, held_until = ?10, closed_at = ?11
            WHERE conversation = ?1
            """, .integer(conversation.rawValue), .integer(session.state.code), .integer(session.turn), SQLValue(ask?.asker.rawValue),
            SQLValue(ask?.reason.rawValue), SQLValue(ask?.priority.rank), SQLValue(ask?.since.rawValue), SQLValue(ask?.message?.rawValue),
            SQLValue(hold?.member.rawValue), SQLValue(hold?.until.rawValue), SQLValue(closedAt?.rawValue))
    }
}

extension Session {
    fileprivate init(_ row: borrowing Row) {
        let state: State =
            switch row.int(0) {
            case 0: .bot
            case 1: .waiting(HandoffAsk(row, from: 2))
            case 2:
                .human(
                    Hold(member: MemberID(rawValue: row.text(7)), until: Timestamp(rawValue: row.int(8))), HandoffAsk(row, from: 2))
            case 3: .closed(at: Timestamp(rawValue: row.int(9)))
            case let other: preconditionFailure("the schema allows four states, not \(other)")
            }
        self.init(state, turn: row.int(1))
    }
}

extension Session.State {
    var code: Int64 {
        switch self {
        case .bot: 0
        case .waiting: 1
        case .human: 2
        case .closed: 3
        }
    }

    var word: HandoffState {
        switch self {
        case .bot: .bot
        case .waiting: .waiting
        case .human: .human
        case .closed: .closed
        }
    }

    /// Why a person is needed, or there.
    var ask: HandoffAsk? {
        switch self {
        case .waiting(let ask), .human(_, let ask): ask
        case .bot, .closed: nil
        }
    }
}

extension HandoffAsk {
    /// From columns asker, reason, priority, since, message.
    fileprivate init(_ row: borrowing Row, from column: Int) {
        guard let asker = HandoffAsker(rawValue: row.text(column)), let reason = HandoffReason(rawValue: row.text(column + 1)),
            let priority = HandoffPriority.allCases.first(where: { $0.rank == row.int(column + 2) })
        else { preconditionFailure("an ask is stored with the words of its contract") }
        self.init(
            asker: asker, reason: reason, priority: priority, since: Timestamp(rawValue: row.int(column + 3)),
            message: row.optionalInt(column + 4).map(MessageID.init(rawValue:)))
    }
}
