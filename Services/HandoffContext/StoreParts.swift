import Domain
import HolderContracts
import SQLite

/// What was made here of conversations, of messages, of all that came by a channel, while the people themselves stay.
extension HandoffContextStore {
    func counts(of subject: Subject, _ part: Subject.Part, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for (table, condition) in HandoffContextStore.conditions(part) {
            rows[table] = try connection.first("SELECT count(*) FROM \(table) WHERE \(condition)", values(subject)) { $0.int(0) }
        }
        return rows
    }

    func erase(_ subject: Subject, _ part: Subject.Part, limit: Int? = nil, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for (table, condition) in HandoffContextStore.conditions(part) {
            let due = "SELECT rowid FROM \(table) WHERE \(condition) LIMIT \(limit ?? -1)"
            rows[table] = Int64(try connection.run("DELETE FROM \(table) WHERE rowid IN (\(due))", values(subject)))
        }
        return rows
    }

    /// What names others first. What is younger than the cut-off was made of what stays, but for a context of a message that goes.
    private static func conditions(_ part: Subject.Part) -> [(table: String, condition: String)] {
        // Each takes all five values.
        let named = "workspace = ?1 AND conversation IN (SELECT value FROM json_each(?2)) AND ?5 IS NOT NULL"
        let byChannel = "workspace = ?1 AND channel = ?3 AND last_activity_at <= ?4 AND ?5 IS NOT NULL"
        return switch part {
        case .conversations: [("snapshots", "\(named) AND given_at <= ?4"), ("sessions", "\(named) AND last_activity_at <= ?4")]
        case .messages:
            [
                (
                    "snapshots",
                    """
                    \(named) AND EXISTS (SELECT 1 FROM json_each(CAST(messages AS TEXT), '$.messages') AS cited
                        WHERE cited.value IN (SELECT value FROM json_each(?5)))
                    """
                )
            ]
        case .channel:
            [
                ("snapshots", "conversation IN (SELECT conversation FROM sessions WHERE \(byChannel))"),
                ("sessions", byChannel)
            ]
        }
    }

    private func values(_ subject: Subject) -> [SQLValue] {
        [
            .text(subject.workspace.rawValue), .list(subject.conversations.map(\.rawValue)), SQLValue(subject.channel?.rawValue),
            .integer(subject.cutoff?.rawValue ?? .max), .list((subject.messages ?? []).map(\.rawValue))
        ]
    }
}
