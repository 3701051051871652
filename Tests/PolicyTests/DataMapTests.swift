import ConversationStoreService
import DeletionCoordinatorService
import HandoffContextService
import HolderContracts
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

    // MARK: What is plain

    /// A column about nobody is one that somebody wrote down as such: a new one is looked at before it is believed.
    @Test func everyPlainColumnIsWrittenDownAndNoOther() throws {
        let notes = DataMapTests.services.flatMap { $0.1.flatMap(\.columns) }
        #expect(DataMapTests.differences(notes, from: try #require(Repository.text(of: "Tests/Policy/plain-columns.tsv"))) == [])
    }

    @Test func aPlainColumnThatNobodyWroteDownAndALineWithoutAColumnAreFound() {
        let notes = ColumnNote.plain("parcels", "id", "weight") + ColumnNote.plain("addresses", "id")
        let written = "table\tcolumn\nparcels\tid\naddresses\tid\naddresses\tstreet\n"
        #expect(
            DataMapTests.differences(notes, from: written) == [
                "addresses.street is written down as plain and is not", "parcels.weight is plain and not written down"
            ])
        #expect(DataMapTests.differences(notes, from: "table\tcolumn\nparcels\tid\nparcels\tweight\naddresses\tid\n") == [])
    }

    private static func differences(_ notes: [ColumnNote], from table: String) -> [String] {
        let plain = Set(notes.filter { $0.category == nil }.map { "\($0.table).\($0.column)" })
        let written = Set(table.split(separator: "\n").dropFirst().map { String($0.replacing("\t", with: ".")) })
        return
            (plain.subtracting(written).map { "\($0) is plain and not written down" }
            + written.subtracting(plain).map { "\($0) is written down as plain and is not" }).sorted()
    }

    // MARK: What an erasure touches

    /// What holders are asked to erase, collect and prove declares exactly what their columns say.
    @Test func anErasureDeclaresTheCategoriesThatItTouches() {
        let touched = Set(DataMapTests.services.flatMap { $0.1.flatMap(\.columns) }.filter { $0.erasure != .keep }.compactMap(\.category))
        #expect(Set(Subject.categories) == touched)
        #expect(EraseSubject.contract.writes == Subject.categories)
        #expect(CollectSubject.contract.reads == Subject.categories && ProveErasure.contract.reads == Subject.categories)
    }

    /// One column may hold rows of two kinds, each with a rule of its own; both are named.
    @Test func aColumnNamesEveryRuleThatItsRowsFollow() throws {
        func retentions(_ table: String, _ column: String) -> [Retention] {
            DataMapTests.services.flatMap { $0.1.flatMap(\.columns) }.first { $0.table == table && $0.column == column }?.retentions ?? []
        }
        #expect(retentions("messages", "text") == [.messengerData, .comments])
        #expect(retentions("forms", "message") == [.forms, .support])
        #expect(retentions("billing", "vat_id") == [.billing])
        // A rule that no column follows is none.
        let named = Set(DataMapTests.services.flatMap { $0.1.flatMap(\.columns) }.flatMap(\.retentions))
        #expect(Set(Retention.allCases).subtracting(named) == [.exports], "no service keeps exports yet")
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
