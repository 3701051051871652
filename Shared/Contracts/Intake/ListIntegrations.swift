import Domain
import Policy
import Wire

/// A workspace's integrations, also those that have ended, each with the attestation that it was connected on. In the order of their ids.
public struct ListIntegrations: WorkspaceRequest {
    public static let contract = Contract(
        "integrations.list", purpose: .provideService, reads: [.account, .workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager])
    public static let countMax = 200

    public var workspace = WorkspaceID()
    /// Integrations behind this one follow; absent for the first page.
    public var after: IntegrationID?

    public init() {}
    public init(workspace: WorkspaceID, after: IntegrationID? = nil) {
        self.workspace = workspace
        self.after = after
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("after", &after)
    }

    public struct Response: Fields, Equatable {
        public var integrations: [Entry] = []

        public init() {}
        public init(integrations: [Entry]) { self.integrations = integrations }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("integrations", &integrations, max: ListIntegrations.countMax)
        }
    }

    public struct Entry: Fields, Equatable {
        public var integration = IntegrationID()
        public var kind = IntegrationKind.crm
        public var name = ""
        public var terms = WebLink()
        public var uses: [DeclaredUse] = []
        /// Whether there is one, never what it is.
        public var hasSecret = false
        public var connectedAt = Timestamp()
        public var endedAt: Timestamp?
        public var attestation = Attestation()

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("integration", &integration)
            fields.field("kind", &kind)
            fields.field("name", &name, max: ConnectIntegration.nameLengthMax)
            fields.field("terms", &terms)
            fields.field("uses", &uses, max: DeclaredUse.countMax)
            fields.field("hasSecret", &hasSecret)
            fields.field("connectedAt", &connectedAt)
            fields.field("endedAt", &endedAt)
            fields.field("attestation", &attestation)
        }
    }
}
