import Domain
import Erasure
import IntakeContracts
import Policy
import SQLite

/// Business accounts that their platform has ended, for as long as a delivery may still tell of a number that was theirs.
extension IntakeStore {
    func noteEnding(ofBusiness business: String, at time: Timestamp, now: Timestamp, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO business_endings (business, ended_at, expires_at) VALUES (?, ?, ?)
            ON CONFLICT (business) DO UPDATE
            SET ended_at = max(ended_at, excluded.ended_at), expires_at = max(expires_at, excluded.expires_at)
            """, .text(business), .integer(time.rawValue),
            .integer(now.adding(milliseconds: Retention.deliveryKeys.length.milliseconds).rawValue))
    }

    func ending(ofBusiness business: String, _ connection: Connection) throws -> Timestamp? {
        try connection.first("SELECT ended_at FROM business_endings WHERE business = ?", .text(business)) {
            Timestamp(rawValue: $0.int(0))
        }
    }

    func expiringEndings(at time: Timestamp) -> ExpiringRows {
        ExpiringRows(
            "business_endings", keys: ["business"], due: "SELECT business FROM business_endings WHERE expires_at <= ?",
            [.integer(time.rawValue)])
    }
}
