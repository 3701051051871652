import Domain
import Policy
import Wire

/// Deletions of one workspace or of all, newest first.
public struct ListDeletions: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.list", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer, .operator])
    public static let countMax: Int64 = 200

    public var workspace: WorkspaceID?
    public var limit: Int64 = 0
    /// Only older ones.
    public var before: DeletionID?

    public init() {}
    public init(workspace: WorkspaceID? = nil, limit: Int64, before: DeletionID? = nil) {
        self.workspace = workspace
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
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
