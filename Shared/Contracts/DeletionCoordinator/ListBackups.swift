import Domain
import Policy
import Wire

/// The backups on record, newest first; those that have ended too, for as long as somebody may ask about them.
public struct ListBackups: Request {
    public static let contract = Contract(
        "backups.list", purpose: .maintainSecurity, repeats: .harmless, callers: [.operator, .gateway],
        roles: [.operator, .privacyOfficer, .auditor])
    public static let countMax: Int64 = 200

    public var limit: Int64 = 0
    /// Only older ones.
    public var before: Timestamp?

    public init() {}
    public init(limit: Int64, before: Timestamp? = nil) {
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("limit", &limit, 1...ListBackups.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var backups: [Backup] = []

        public init() {}
        public init(backups: [Backup]) { self.backups = backups }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("backups", &backups, max: Int(ListBackups.countMax)) }
    }
}
