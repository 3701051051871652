import Domain
import Policy
import Wire

/// A customer's workspace as it stands: what was accepted, and what was instructed.
public struct ReadWorkspace: WorkspaceRequest {
    public static let contract = Contract(
        "workspaces.read", purpose: .provideService, reads: [.account, .workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager])

    public var workspace = WorkspaceID()

    public init() {}
    public init(workspace: WorkspaceID) { self.workspace = workspace }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    public struct Response: Fields, Equatable {
        public var name = ""
        public var market = Market.international
        public var policyVersion = ""
        public var agreementVersion = ""
        public var instructions = Instructions()
        public var openedAt = Timestamp()
        public var terminatedAt: Timestamp?

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("name", &name, max: 200)
            fields.field("market", &market)
            fields.field("policyVersion", &policyVersion, max: 32)
            fields.field("agreementVersion", &agreementVersion, max: 32)
            fields.field("instructions", &instructions)
            fields.field("openedAt", &openedAt)
            fields.field("terminatedAt", &terminatedAt)
        }
    }

    public enum Refusal: String, RefusalReason { case unknownWorkspace }
}
