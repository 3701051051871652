import Domain
import Erasure
import SQLite

/// The keys of all that was taken in, by which a repeat is known.
///
/// A digest is like no other: put into its place at once, each key would change a page of its own, and 64 deliveries would write 64 pages
/// for 1.5 kB. So new keys stand in `recent_keys` in the order in which they came, and to be found in a table of the writer's memory, which
/// is rolled back with everything else; when they are many they go to their places together, in the order of these.
extension IntakeStore {
    static let recentKeysMax: Int64 = 16_384

    /// Before anything is taken in: what came before a restart is found again.
    func loadRecentKeys(_ connection: Connection) throws {
        try connection.execute(
            """
            CREATE TEMP TABLE recent (day INTEGER NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (day, digest)) STRICT, WITHOUT ROWID;
            INSERT INTO temp.recent SELECT day, digest FROM recent_keys;
            """)
    }

    /// Notes an inbox key that has no day of its own by the day of receipt: then the days before may know it. False when it was known.
    func note(_ key: [UInt8], ofReceiptAt time: Timestamp, _ connection: Connection) throws -> Bool {
        let today = time.day
        for earlier in (today - InboxKeys.timelessDays)..<today where try isKnown(key, day: earlier, connection) { return false }
        return try note(key, day: today, connection)
    }

    /// Notes an inbox key; false when it was known.
    @discardableResult
    func note(_ key: [UInt8], day: Int64, _ connection: Connection) throws -> Bool {
        try !isSettled(key, day: day, connection) && noteUnsettled(key, day: day, connection)
    }

    /// As above, for a key that is known not to be in its place.
    func noteUnsettled(_ key: [UInt8], day: Int64, _ connection: Connection) throws -> Bool {
        let isNew = try connection.run("INSERT OR IGNORE INTO temp.recent (day, digest) VALUES (?, ?)", .integer(day), .blob(key)) == 1
        guard isNew else { return false }
        try connection.run("INSERT INTO recent_keys (day, digest) VALUES (?, ?)", .integer(day), .blob(key))
        if connection.lastInsertedRow >= IntakeStore.recentKeysMax { try settleKeys(connection) }
        return true
    }

    func isKnown(_ key: [UInt8], day: Int64, _ connection: Connection) throws -> Bool {
        if try isSettled(key, day: day, connection) { return true }
        let recent = try connection.first("SELECT 1 FROM temp.recent WHERE day = ? AND digest = ?", .integer(day), .blob(key)) { _ in true }
        return recent != nil
    }

    private func isSettled(_ key: [UInt8], day: Int64, _ connection: Connection) throws -> Bool {
        try connection.first("SELECT 1 FROM inbox_keys WHERE day = ? AND digest = ?", .integer(day), .blob(key)) { _ in true } != nil
    }

    private func settleKeys(_ connection: Connection) throws {
        try connection.run("INSERT INTO inbox_keys (day, digest) SELECT day, digest FROM temp.recent ORDER BY day, digest")
        for table in ["recent_keys", "temp.recent"] { try connection.run("DELETE FROM \(table)") }
    }

    /// Keys that no repeat can match any more.
    func expiringKeys(before day: Int64) -> [ExpiringRows] {
        [
            ExpiringRows(
                "inbox_keys", keys: ["day", "digest"], due: "SELECT day, digest FROM inbox_keys WHERE day < ?", [.integer(day)]),
            ExpiringRows(
                "recent_keys", keys: ["day", "digest"], due: "SELECT day, digest FROM recent_keys WHERE day < ?", [.integer(day)],
                before: { key, connection in
                    try connection.run("DELETE FROM temp.recent WHERE day = ? AND digest = ?", key)
                    return 0
                })
        ]
    }
}
