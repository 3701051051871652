import Domain
import IntakeContracts
import Policy
import SQLite

/// What came in signed but could not be taken.
extension IntakeStore {
    /// Keeps one piece as it came; the same bytes again are kept once, and not anew when they were erased. Returns 1 when it is new.
    func quarantine(_ item: Delivery.Quarantined, _ delivery: Delivery, _ connection: Connection) throws -> Int64 {
        guard try note(item.digest, day: InboxKeys.timelessDay, connection) else { return 0 }
        let expiresAt = delivery.receivedAt.adding(milliseconds: Retention.quarantine.length.milliseconds)
        let count = try connection.run(
            "INSERT OR IGNORE INTO quarantine (platform, reason, digest, received_at, expires_at, raw) VALUES (?, ?, ?, ?, ?, ?)",
            .text(delivery.platform.rawValue), .text(item.reason.rawValue), .blob(item.digest), .integer(delivery.receivedAt.rawValue),
            .integer(expiresAt.rawValue), .blob(item.raw))
        return Int64(count)
    }

    func quarantined(after id: Int64, _ connection: Connection) throws -> [ListQuarantine.Entry] {
        var entries: [ListQuarantine.Entry] = []
        try connection.each(
            "SELECT id, platform, reason, length(raw), received_at, expires_at FROM quarantine WHERE id > ? ORDER BY id LIMIT ?",
            .integer(id), .integer(Int64(ListQuarantine.countMax))
        ) { row in
            // The schema's CHECKs and the enums name the same words.
            guard let platform = Platform(rawValue: row.text(1)), let reason = ListQuarantine.Entry.Reason(rawValue: row.text(2)) else {
                return
            }
            entries.append(
                ListQuarantine.Entry(
                    id: row.int(0), platform: platform, reason: reason, bytes: row.int(3), receivedAt: Timestamp(rawValue: row.int(4)),
                    expiresAt: Timestamp(rawValue: row.int(5))))
        }
        return entries
    }

    /// Deletes what has been kept long enough; at most `limit` rows at once, since each may be a whole body. Returns how many.
    func expireQuarantine(now: Timestamp, limit: Int64, _ connection: Connection) throws -> Int {
        try connection.run(
            "DELETE FROM quarantine WHERE id IN (SELECT id FROM quarantine WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
            .integer(now.rawValue), .integer(limit))
    }
}
