import Domain
import Policy
import Wire

/// Says how long a workspace's data of one rule is kept: never longer than Botseller keeps it anyway.
public struct SetRetention: WorkspaceRequest {
    public static let contract = Contract(
        "retention.set", purpose: .complyWithObligation, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin])
    /// Ten years.
    public static let daysMax: Int64 = 3650

    public var workspace = WorkspaceID()
    public var rule = Retention.messengerData
    /// From when it was recorded; absent: as long as Botseller's own rule says.
    public var days: Int64?

    public init() {}
    public init(workspace: WorkspaceID, rule: Retention, days: Int64?) {
        self.workspace = workspace
        self.rule = rule
        self.days = days
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("rule", &rule)
        fields.field("days", &days, 1...SetRetention.daysMax)
    }

    /// How the rule stands for the workspace then.
    public typealias Response = RetentionRule

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace
        /// Not messenger data: Botseller answers for it itself, or a law demands it.
        case notTheWorkspaces
        case longerThanDefault
    }
}

/// One rule of the table, and what a workspace has made of it.
public struct RetentionRule: Fields, Equatable {
    public var rule = Retention.messengerData
    /// What must have happened before the length counts.
    public var start = RetentionStart.recording
    /// The rule's own length.
    public var days: Int64 = 0
    public var workspaceMayShorten = false
    /// The workspace's own length, from when it was recorded or, of a context, the conversation was closed.
    public var workspaceDays: Int64?

    public init() {}
    public init(_ rule: Retention, workspaceDays: Int64?) {
        self.rule = rule
        start = rule.start
        days = rule.length.days
        workspaceMayShorten = rule.workspaceMayShorten
        self.workspaceDays = workspaceDays
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("rule", &rule)
        fields.field("start", &start)
        fields.field("days", &days, 0...Int64.max)
        fields.field("workspaceMayShorten", &workspaceMayShorten)
        fields.field("workspaceDays", &workspaceDays, 1...SetRetention.daysMax)
    }
}
