import Domain
import Erasure
import HolderContracts
import Policy
import SQLite

/// What has been kept long enough here. Sessions and references to contexts are derived from messages: no hold keeps them.
extension HandoffContextStore {
    public func expiring(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows] {
        switch expiry.rule {
        // Without a length of its own a workspace keeps them until its agreement ends, and then is erased as a whole.
        case .messengerData: expiry.workspace.map { silent($0, expiry.until) } ?? []
        case .handoffContext: [contexts(expiry)]
        case .comments, .accountData, .consents, .forms, .support, .usage, .technical, .security, .billing, .requestRecords,
            .requestIdentifiers, .exports, .outbox, .quarantine, .deliveryKeys, .outgoingKeys, .tombstones:
            []
        }
    }

    private func silent(_ workspace: WorkspaceID, _ until: Timestamp) -> [ExpiringRows] {
        let values = [SQLValue.text(workspace.rawValue), .integer(until.rawValue)]
        return [
            ExpiringRows("snapshots", due: "SELECT id FROM snapshots WHERE workspace = ? AND given_at <= ?", values),
            ExpiringRows(
                "sessions", keys: ["conversation"],
                due: "SELECT conversation FROM sessions WHERE workspace = ? AND last_activity_at <= ?", values)
        ]
    }

    /// The time counts from when the conversation was closed, or fell silent without being closed.
    private func contexts(_ expiry: ExpireData) -> ExpiringRows {
        ExpiringRows(
            "snapshots",
            due: """
                SELECT id FROM snapshots WHERE given_at <= ?1 AND workspace = ifnull(?2, workspace)
                    AND workspace NOT IN (SELECT value FROM json_each(?3)) AND NOT EXISTS (
                        SELECT 1 FROM sessions
                        WHERE sessions.conversation = snapshots.conversation AND coalesce(closed_at, last_activity_at) > ?1)
                """,
            [.integer(expiry.until.rawValue), SQLValue(expiry.workspace?.rawValue), .list(expiry.except.map(\.rawValue))])
    }
}
