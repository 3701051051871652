import Domain
import Policy
import Wire

/// Holds of one workspace or of all, newest first; those that ended too.
public struct ListHolds: AnyWorkspaceRequest {
    public static let contract = Contract(
        "holds.list", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.privacyOfficer, .auditor])
    public static let countMax: Int64 = 200

    public var workspace: WorkspaceID?
    public var limit: Int64 = 0
    /// Only older ones.
    public var before: HoldID?

    public init() {}
    public init(workspace: WorkspaceID? = nil, limit: Int64, before: HoldID? = nil) {
        self.workspace = workspace
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("limit", &limit, 1...ListHolds.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var holds: [Hold] = []

        public init() {}
        public init(holds: [Hold]) { self.holds = holds }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("holds", &holds, max: Int(ListHolds.countMax)) }
    }
}
