import Domain
import Erasure
import IntakeContracts
import Policy
import SQLite
import Wire

/// By what customers are known in accounts and invoices.
extension IntakeStore {
    func setBilling(_ request: SetBilling, now: Timestamp, _ connection: Connection) throws {
        switch try standing(request.workspace, connection) {
        case .unknown: throw Refused<SetBilling>(reason: .unknownWorkspace)
        case .terminated: throw Refused<SetBilling>(reason: .workspaceTerminated)
        case .open: break
        }
        let billing = request.billing
        try connection.run(
            "INSERT OR REPLACE INTO billing (workspace, customer_number, vat_id, payer, set_at) VALUES (?, ?, ?, ?, ?)",
            .text(request.workspace.rawValue), SQLValue(billing.customerNumber), SQLValue(billing.vatID), SQLValue(billing.payer),
            .integer(now.rawValue))
    }

    func billing(of workspace: WorkspaceID, _ connection: Connection) throws -> BillingIdentifiers {
        guard try standing(workspace, connection) != .unknown else { throw Refused<ReadBilling>(reason: .unknownWorkspace) }
        return try connection.first("SELECT customer_number, vat_id, payer FROM billing WHERE workspace = ?", .text(workspace.rawValue)) {
            BillingIdentifiers(customerNumber: $0.optionalText(0), vatID: $0.optionalText(1), payer: $0.optionalText(2))
        } ?? BillingIdentifiers()
    }

    /// What the law asks for no longer, of customers who are none any more.
    func expiringBilling(until: Timestamp) -> ExpiringRows {
        ExpiringRows(
            "billing", keys: ["workspace"],
            due: """
                SELECT workspace FROM billing JOIN workspaces ON workspaces.id = workspace
                WHERE terminated_at IS NOT NULL AND max(set_at, terminated_at) <= ?
                """, [.integer(until.rawValue)])
    }
}
