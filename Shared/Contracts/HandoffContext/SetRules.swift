import Domain
import Policy
import Wire

/// Sets when a workspace wants a person; all rules at once, and the last word counts. What was said before is not looked at again.
public struct SetRules: WorkspaceRequest {
    public static let contract = Contract(
        "rules.set", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin])

    public var workspace = WorkspaceID()
    public var rules = HandoffRules()

    public init() {}
    public init(workspace: WorkspaceID, rules: HandoffRules) {
        self.workspace = workspace
        self.rules = rules
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("rules", &rules)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated
        /// A phrase without a letter or digit would be found in nothing.
        case phraseEmpty
        /// Not in the time zone database of the machine.
        case unknownZone
        /// Opening hours need a span, each opens before it closes, and no two overlap.
        case hoursInvalid
    }
}
