import Domain
import IntakeContracts
import SQLite
import Wire

/// The end of an agreement: at once for what comes in, later for what is kept.
extension IntakeStore {
    /// What came by a workspace's channels and is still here; the agreement itself, consents and attestations have times of their own.
    private static let tables = [
        ("outbox", "sequence", "workspace = ?1"), ("reply_turns", "conversation", "workspace = ?1"),
        ("identity_codes", "sequence", "workspace = ?1"), ("usage_events", "id", "workspace = ?1"),
        ("technical_events", "id", "workspace = ?1"), ("security_events", "id", "workspace = ?1"),
        ("quarantine", "id", "channel IN (SELECT id FROM channels WHERE workspace = ?1)"),
        ("channel_authorizations", "channel", "channel IN (SELECT id FROM channels WHERE workspace = ?1)"),
        ("channel_credentials", "channel", "channel IN (SELECT id FROM channels WHERE workspace = ?1)"),
        ("integration_secrets", "integration", "integration IN (SELECT id FROM integrations WHERE workspace = ?1)")
    ]

    /// When it ended; the first time counts. Returns the channels that ended with it.
    func terminate(
        _ workspace: WorkspaceID, now: Timestamp, _ connection: Connection
    ) throws -> (terminatedAt: Timestamp, ended: [Channel]) {
        guard let known = try self.workspace(workspace, connection) else { throw Refused<TerminateWorkspace>(reason: .unknownWorkspace) }
        if let terminatedAt = known.terminatedAt { return (terminatedAt, []) }
        try connection.run(
            "UPDATE workspaces SET terminated_at = ? WHERE id = ?", .integer(now.rawValue), .text(workspace.rawValue))
        let live = try channels(connection).filter { $0.workspace == workspace && !$0.isEnded }
        for channel in live { try end(channel, now: now, connection) }
        try publish(AccessFact(.workspaceTerminated, workspace, at: now), connection)
        return (now, try live.compactMap { try channel($0.id, connection) })
    }

    func eraseWorkspace(_ workspace: WorkspaceID, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for (table, key, condition) in IntakeStore.tables {
            rows[table] = Int64(
                try connection.run(
                    "DELETE FROM \(table) WHERE \(key) IN (SELECT \(key) FROM \(table) WHERE \(condition) LIMIT ?2)",
                    .text(workspace.rawValue), SQLValue(limit)))
        }
        return rows
    }

    func workspaceCounts(_ workspace: WorkspaceID, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for (table, _, condition) in IntakeStore.tables {
            rows[table] = try connection.first("SELECT count(*) FROM \(table) WHERE \(condition)", .text(workspace.rawValue)) { $0.int(0) }
        }
        return rows
    }
}
