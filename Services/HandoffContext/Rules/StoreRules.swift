import Domain
import HandoffContextContracts
import SQLite
import Wire

extension HandoffContextStore {
    func set(_ rules: HandoffRules, of workspace: WorkspaceID, now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO rules (workspace, rules, unanswered_minutes, set_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT (workspace) DO UPDATE SET rules = ?2, unanswered_minutes = ?3, set_at = ?4
            """, .text(workspace.rawValue), .blob(FieldVisitor.write(rules)), SQLValue(rules.unanswered?.minutes),
            .integer(now.rawValue))
    }

    func rules(of workspace: WorkspaceID, _ connection: Connection) throws -> HandoffRules? {
        try connection.first("SELECT rules FROM rules WHERE workspace = ?", .text(workspace.rawValue)) { row in
            try FieldVisitor.read(HandoffRules.self, from: row.blob(0))
        }
    }

    // MARK: Whoever waits for an answer

    /// A conversation with the assistant in which the person's words wait since a time.
    struct Unanswered: Sendable, Equatable {
        let conversation: ConversationID
        let workspace: WorkspaceID
        let since: Timestamp
    }

    /// Those that wait longer than their workspace's minutes by the clock, the longest of each workspace first. By opening hours they may
    /// have time yet.
    func unanswered(now: Timestamp, limit: Int64, _ connection: Connection) throws -> [Unanswered] {
        var workspaces: [(WorkspaceID, minutes: Int64)] = []
        try connection.each("SELECT workspace, unanswered_minutes FROM rules WHERE unanswered_minutes IS NOT NULL ORDER BY workspace") {
            workspaces.append((WorkspaceID(rawValue: $0.text(0)), $0.int(1)))
        }
        var found: [Unanswered] = []
        for (workspace, minutes) in workspaces {
            try connection.each(
                """
                SELECT conversation, unanswered_since FROM sessions
                WHERE workspace = ? AND state = 0 AND unanswered_since <= ? ORDER BY unanswered_since, conversation LIMIT ?
                """, .text(workspace.rawValue), .integer(now.rawValue - minutes * 60_000), .integer(limit)
            ) { row in
                found.append(
                    Unanswered(
                        conversation: ConversationID(rawValue: row.int(0)), workspace: workspace, since: Timestamp(rawValue: row.int(1))))
            }
        }
        return found
    }

    /// Asks for a person unless the words were answered in the meantime.
    func ask(_ ask: HandoffAsk, for waiting: Unanswered, now: Timestamp, _ connection: Connection) throws {
        let since = try connection.first(
            "SELECT unanswered_since FROM sessions WHERE conversation = ?", .integer(waiting.conversation.rawValue)
        ) { $0.optionalInt(0) }
        guard since == waiting.since.rawValue else { return }
        try act(.asked(ask), on: waiting.conversation, now: now, connection)
    }

    /// Somebody answered what was said until then.
    func answered(_ conversation: ConversationID, at time: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "UPDATE sessions SET unanswered_since = NULL WHERE conversation = ? AND unanswered_since <= ?",
            .integer(conversation.rawValue), .integer(time.rawValue))
    }

    /// The assistant begins anew: it has its own time for what nobody answered.
    func restartPatience(_ conversation: ConversationID, now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "UPDATE sessions SET unanswered_since = ?2 WHERE conversation = ?1 AND unanswered_since IS NOT NULL",
            .integer(conversation.rawValue), .integer(now.rawValue))
    }
}
