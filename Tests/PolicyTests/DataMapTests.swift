import ConversationStoreService
import DeletionCoordinatorService
import HandoffContextService
import IntakeService
import Policy
import SQLite
import Testing

/// What the services say of their columns keeps the policy.
@Suite struct DataMapTests {
    private static let services: [(String, [Migration])] = [
        ("intake", IntakeMigrations.all), ("conversation-store", ConversationStoreMigrations.all),
        ("handoff-context", HandoffContextMigrations.all), ("deletion-coordinator", DeletionCoordinatorMigrations.all)
    ]

    @Test func everyColumnOfEveryServiceKeepsThePolicy() {
        for (service, migrations) in DataMapTests.services {
            let notes = migrations.flatMap(\.columns)
            #expect(notes.contains { $0.category != nil }, "\(service)")
            for note in notes { #expect(note.breaches == [], "\(service): \(note.table).\(note.column)") }
        }
    }

    // MARK: Negative controls

    @Test(arguments: [
        (Category.communication, [Purpose.improveProduct], LegalBasis.customerInstruction, "communication is never kept to improveProduct"),
        (.communication, [.provideService, .maintainSecurity], .customerInstruction, "communication is never kept to maintainSecurity"),
        (.communication, [.supportCustomer], .customerInstruction, "communication is not collected to supportCustomer"),
        (.communication, [.provideService], .legitimateInterest, "communication may not provideService on legitimateInterest"),
        (.usage, [.improveProduct], .consent, "usage is not collected to improveProduct"),
        (.account, [], .contract, "is kept for no purpose")
    ])
    func aColumnThatBreaksThePolicySaysHow(category: Category, purposes: [Purpose], basis: LegalBasis, breach: String) {
        let note = ColumnNote(
            "table", "column", category, for: purposes, on: basis, kept: .messengerData, subject: nil, erasure: .deleteRow)
        #expect(note.breaches == [breach])
    }

    @Test func whatMayBeOfUseBesidesIsNoBreach() {
        let usage = ColumnNote(
            "events", "kind", .usage, for: [.provideService, .improveProduct], on: .contract, kept: .usage, subject: nil,
            erasure: .deleteRow)
        let text = ColumnNote(
            "messages", "text", .communication, for: [.provideService, .supportCustomer, .complyWithObligation], on: .customerInstruction,
            kept: .messengerData, subject: "participant", erasure: .deleteRow)
        #expect(usage.breaches == [])
        #expect(text.breaches == [])
    }
}
