import Domain
import IntakeContracts
import Policy
import SQLite
import Testing

@testable import IntakeService

struct BillingTests {
    private let fixture: IntakeFixture
    private let workspace: WorkspaceID
    private let billing = BillingIdentifiers(customerNumber: "K-10042", vatID: "PT500000000", payer: "cus_invented0001")

    init() throws {
        fixture = try IntakeFixture()
        workspace = try fixture.openWorkspace()
    }

    @Test func anOwnerSetsAndReadsWhatTheCustomerIsKnownBy() throws {
        #expect(try fixture.ok(ReadBilling(workspace: workspace)) == BillingIdentifiers())
        _ = try fixture.ok(SetBilling(workspace: workspace, billing: billing))
        #expect(try fixture.ok(ReadBilling(workspace: workspace)) == billing)
        // Exactly what was set last.
        let changed = BillingIdentifiers(customerNumber: "K-10043")
        _ = try fixture.ok(SetBilling(workspace: workspace, billing: changed))
        try fixture.reopen()
        #expect(try fixture.ok(ReadBilling(workspace: workspace)) == changed)
        #expect(try fixture.ok(ReadBilling(workspace: fixture.openWorkspace("workspace-2"))) == BillingIdentifiers())
    }

    private func terminate() throws {
        let (workspace, now) = (workspace, fixture.time.now)
        try fixture.database.writer.write("terminate") {
            try $0.run("UPDATE workspaces SET terminated_at = ? WHERE id = ?", .integer(now.rawValue), .text(workspace.rawValue))
        }
    }

    @Test func itIsKeptForSixYearsAfterTheAgreementAndThenGoneBytesAndAll() throws {
        _ = try fixture.ok(SetBilling(workspace: workspace, billing: billing))
        let years = Retention.billing.length.milliseconds
        // While the agreement runs it is needed, however old it is.
        fixture.time.advance(milliseconds: years)
        try fixture.expire()
        #expect(try fixture.count("billing") == 1)

        try terminate()
        #expect(refusal(fixture.call(SetBilling(workspace: workspace, billing: billing))) == .workspaceTerminated)
        fixture.time.advance(milliseconds: years - 1)
        try fixture.expire()
        #expect(try fixture.count("billing") == 1)
        fixture.time.advance(milliseconds: 1)
        try fixture.expire()
        #expect(try fixture.count("billing") == 0)
        try fixture.settle()
        #expect(try fixture.occurrences(of: "cus_invented0001") == 0)
    }
}
