import Domain
import Policy
import Wire

/// By what a customer is known in accounts and invoices; all absent where nothing was set.
public struct ReadBilling: WorkspaceRequest {
    public static let contract = Contract(
        "workspaces.readBilling", purpose: .processPayment, reads: [.billing], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner])

    public var workspace = WorkspaceID()

    public init() {}
    public init(workspace: WorkspaceID) { self.workspace = workspace }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    public typealias Response = BillingIdentifiers

    public enum Refusal: String, RefusalReason { case unknownWorkspace }
}
