import Domain
import HolderContracts
import SQLite

/// All that a workspace's people and assistants left here.
extension HandoffContextStore {
    private static let workspaceTables = [
        ("sessions", "conversation"), ("snapshots", "id"), ("assistants", "workspace"), ("rules", "workspace")
    ]

    public func erasePortion(of subject: Subject, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        if let part = subject.part { return try erase(subject, part, limit: limit, connection) }
        var rows: [String: Int64] = [:]
        for (table, key) in HandoffContextStore.workspaceTables {
            rows[table] = Int64(
                try connection.run(
                    "DELETE FROM \(table) WHERE \(key) IN (SELECT \(key) FROM \(table) WHERE workspace = ? LIMIT ?)",
                    .text(subject.workspace.rawValue), SQLValue(limit)))
        }
        return rows
    }

    func workspaceCounts(_ workspace: WorkspaceID, _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for (table, _) in HandoffContextStore.workspaceTables {
            rows[table] = try connection.first("SELECT count(*) FROM \(table) WHERE workspace = ?", .text(workspace.rawValue)) { $0.int(0) }
        }
        return rows
    }
}
