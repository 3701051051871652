import Domain
import Policy
import Wire

/// Notes by what a customer is known in accounts and invoices: exactly these, in the place of former ones. Identifiers alone; what a
/// customer pays with stays with the payment provider.
public struct SetBilling: WorkspaceRequest {
    public static let contract = Contract(
        "workspaces.setBilling", purpose: .processPayment, writes: [.billing], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner])

    public var workspace = WorkspaceID()
    public var billing = BillingIdentifiers()

    public init() {}
    public init(workspace: WorkspaceID, billing: BillingIdentifiers) {
        self.workspace = workspace
        self.billing = billing
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("billing", &billing)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason { case unknownWorkspace, workspaceTerminated }
}

public struct BillingIdentifiers: Fields, Equatable {
    public var customerNumber: String?
    /// As tax offices write it, country first, without blanks.
    public var vatID: String?
    /// The payment provider's id of who pays.
    public var payer: String?

    public init() {}
    public init(customerNumber: String? = nil, vatID: String? = nil, payer: String? = nil) {
        self.customerNumber = customerNumber
        self.vatID = vatID
        self.payer = payer
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("customerNumber", &customerNumber, min: 1, max: 64, of: .name)
        fields.field("vatID", &vatID, min: 1, max: 32, of: .name)
        fields.field("payer", &payer, min: 1, max: 64, of: .name)
    }
}
