import Domain
import Policy
import Wire

/// Tells of a backup before it is made, so that people are told until when a copy may still hold them. Told again it changes nothing.
public struct RecordBackup: Request {
    public static let contract = Contract(
        "backups.record", purpose: .maintainSecurity, repeats: .harmless, callers: [.operator], roles: [.operator])

    public var backup = Backup()

    public init() {}
    public init(_ backup: Backup) { self.backup = backup }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("backup", &backup) }

    public struct Response: Fields, Equatable {
        /// Of all backups, when the last one ends.
        public var lastExpiresAt = Timestamp()

        public init() {}
        public init(lastExpiresAt: Timestamp) { self.lastExpiresAt = lastExpiresAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("lastExpiresAt", &lastExpiresAt) }
    }

    public enum Refusal: String, RefusalReason {
        /// It would end before it is made.
        case endsBeforeItBegins
    }
}
