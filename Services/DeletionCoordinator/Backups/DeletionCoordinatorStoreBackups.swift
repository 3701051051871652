import DeletionCoordinatorContracts
import Domain
import Policy
import SQLite

/// The register of backups: until when a copy may still hold whoever was erased.
extension DeletionCoordinatorStore {
    /// Of a deletion, when the last backup ends that was begun before all had proved; NULL where there is none.
    static let lastCopyColumn =
        "(SELECT max(expires_at) FROM backups WHERE made_at <= deletions.verified_at AND deletions.found)"

    /// Of all backups, when the last one ends.
    static func record(_ backup: Backup, now: Timestamp, _ connection: Connection) throws -> Timestamp {
        try connection.run(
            """
            INSERT INTO backups (made_at, expires_at) VALUES (?1, ?2)
            ON CONFLICT (made_at) DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)
            """, .integer(backup.madeAt.rawValue), .integer(backup.expiresAt.rawValue))
        // As long as the record of a request says when its last copy ends.
        try connection.run(
            "DELETE FROM backups WHERE expires_at < ?", .integer(now.rawValue - Retention.requestRecords.length.milliseconds))
        return try connection.first("SELECT max(expires_at) FROM backups") { Timestamp(rawValue: $0.int(0)) } ?? backup.expiresAt
    }

    func backups(limit: Int64, before: Timestamp?) throws -> [Backup] {
        try database.read("list backups") { connection in
            var backups: [Backup] = []
            try connection.each(
                "SELECT made_at, expires_at FROM backups WHERE made_at < ? ORDER BY made_at DESC LIMIT ?",
                .integer(before?.rawValue ?? Int64.max), .integer(limit)
            ) { backups.append(Backup(madeAt: Timestamp(rawValue: $0.int(0)), expiresAt: Timestamp(rawValue: $0.int(1)))) }
            return backups
        }
    }
}
