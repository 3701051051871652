import Domain
import HolderContracts
import SQLite

/// What intake has of a conversation or of a channel, while the people themselves stay. A message that was handed on has nothing here.
extension IntakeStore {
    func counts(of subject: Subject, _ part: Subject.Part, _ connection: Connection) throws -> [String: Int64] {
        switch part {
        case .conversations:
            ["outbox": Int64(try outboxRows(of: subject, connection).count), "reply_turns": try turnCount(of: subject, connection)]
        case .messages: [:]
        case .channel:
            try Dictionary(
                uniqueKeysWithValues: IntakeStore.channelTables.map { table, _, condition in
                    let count = try connection.first("SELECT count(*) FROM \(table) WHERE \(condition)", channelValues(subject)) {
                        $0.int(0)
                    }
                    return (table, count ?? 0)
                })
        }
    }

    func erase(_ subject: Subject, _ part: Subject.Part, limit: Int? = nil, _ connection: Connection) throws -> [String: Int64] {
        switch part {
        case .conversations:
            [
                "outbox": try remove(try outboxRows(of: subject, connection).map(\.sequence), connection),
                "reply_turns": try removeTurns(of: subject, connection)
            ]
        case .messages: [:]
        case .channel:
            try Dictionary(
                uniqueKeysWithValues: IntakeStore.channelTables.map { table, key, condition in
                    let due = "SELECT \(key) FROM \(table) WHERE \(condition) LIMIT \(limit ?? -1)"
                    return (
                        table, Int64(try connection.run("DELETE FROM \(table) WHERE \(key) IN (\(due))", channelValues(subject)))
                    )
                })
        }
    }

    /// Who authorised a channel, and by what it is known, goes with one that has ended: one that lives needs both.
    private static let channelTables = [
        ("outbox", "sequence", "\(ofWorkspace) AND received_at <= ?3"), ("quarantine", "id", "\(ofWorkspace) AND received_at <= ?3"),
        ("channel_authorizations", "channel", "\(ofWorkspace) AND \(hasEnded)"),
        ("channel_credentials", "channel", "\(ofWorkspace) AND \(hasEnded)")
    ]
    private static let ofWorkspace = "channel IN (SELECT id FROM channels WHERE id = ?1 AND channels.workspace = ?2)"
    private static let hasEnded = "channel IN (SELECT id FROM channels WHERE ended_at <= ?3)"

    private func channelValues(_ subject: Subject) -> [SQLValue] {
        [
            SQLValue(subject.channel?.rawValue), .text(subject.workspace.rawValue), .integer(subject.cutoff?.rawValue ?? .max)
        ]
    }
}
