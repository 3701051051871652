import Domain
import Policy
import Wire

/// All deletions, newest first.
public struct ListDeletions: Request {
    public static let contract = Contract(
        "deletions.list", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator],
        roles: [.privacyOfficer])
    public static let countMax: Int64 = 200

    public var limit: Int64 = 0
    /// Only older ones.
    public var before: DeletionID?

    public init() {}
    public init(limit: Int64, before: DeletionID? = nil) {
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("limit", &limit, 1...ListDeletions.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var deletions: [Deletion] = []

        public init() {}
        public init(deletions: [Deletion]) { self.deletions = deletions }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("deletions", &deletions, max: Int(ListDeletions.countMax))
        }
    }
}
