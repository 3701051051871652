import Domain
import Policy
import Wire

/// Ends an integration: its secret is erased, and nothing is exchanged with it any more. The attestation stays as proof.
public struct DisconnectIntegration: WorkspaceRequest {
    public static let contract = Contract(
        "integrations.disconnect", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin])

    public var workspace = WorkspaceID()
    public var integration = IntegrationID()

    public init() {}
    public init(workspace: WorkspaceID, integration: IntegrationID) {
        self.workspace = workspace
        self.integration = integration
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("integration", &integration)
    }

    public struct Response: Fields, Equatable {
        /// Of an integration that had ended before, when that was.
        public var endedAt = Timestamp()

        public init() {}
        public init(endedAt: Timestamp) { self.endedAt = endedAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("endedAt", &endedAt) }
    }

    public enum Refusal: String, RefusalReason { case unknownIntegration }
}
