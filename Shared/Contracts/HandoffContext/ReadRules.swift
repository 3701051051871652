import Domain
import Policy
import Wire

/// A workspace's rules as they were set last; empty ones where none were.
public struct ReadRules: WorkspaceRequest {
    public static let contract = Contract(
        "rules.read", purpose: .provideService, reads: [.workspaceConfiguration], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager])

    public var workspace = WorkspaceID()

    public init() {}
    public init(workspace: WorkspaceID) { self.workspace = workspace }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    public struct Response: Fields, Equatable {
        public var rules = HandoffRules()

        public init() {}
        public init(rules: HandoffRules) { self.rules = rules }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("rules", &rules) }
    }
}
