import Domain
import Policy
import Wire

/// Deletes what has been kept long enough, now and not by the clock; or counts what would go. Answers when it is through: whoever waits no
/// longer than that finds the rest by `retention.read`.
public struct RunRetention: AnyWorkspaceRequest {
    public static let contract = Contract(
        "retention.run", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, deadlineMilliseconds: 60_000,
        callers: [.operator, .gateway], roles: [.owner, .admin, .privacyOfficer])

    /// Of this workspace's messenger data alone.
    public var workspace: WorkspaceID?
    /// By this rule alone.
    public var rule: Retention?
    /// Nothing is changed or put on record: what would go is counted.
    public var isDryRun = false

    public init() {}
    public init(workspace: WorkspaceID? = nil, rule: Retention? = nil, isDryRun: Bool) {
        self.workspace = workspace
        self.rule = rule
        self.isDryRun = isDryRun
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("rule", &rule)
        fields.field("isDryRun", &isDryRun)
    }

    public typealias Response = RetentionRun

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace
        /// As many as wait already are all that may.
        case tooManyWait
    }
}
