import Policy
import Testing

/// Every category with every purpose, against the policy's table as somebody wrote it down.
@Suite struct AllowanceTests {
    /// In the order of `Purpose`; bases by their first letters: Contract, legitimate Interest, Consent (N), legal Obligation, customer
    /// Instruction (U).
    private static let table = """
                             provide   respond   support   security  improve   payment   obligation
        account              always:C  never     always:C  always:I  never     never     always:O
        contact              never     always:CIN always:CI never    never     never     always:O
        company              never     always:CIN always:CI never    never     never     always:O
        support              never     always:CIN always:CI never    never     never     always:O
        workspaceConfiguration always:C never    always:C  always:I  never     never     always:O
        billing              never     never     never     never     never     always:C  always:O
        usage                always:C  never     never     always:I  counts:IN never     always:O
        technical            never     never     never     always:I  counts:IN never     always:O
        security             never     never     never     always:I  counts:IN never     always:O
        communication        always:U  never     grant:U   metadata:I never    never     always:O
        profile              always:U  never     grant:U   metadata:I never    never     always:O
        insights             always:U  never     grant:U   metadata:I never    never     always:O
        """

    @Test func everyCellIsAsWritten() {
        let lines = AllowanceTests.table.split(separator: "\n").dropFirst().map { $0.split(separator: " ") }

        #expect(lines.map { String($0[0]) } == Category.allCases.map(\.rawValue))
        #expect(Category.allCases.count * Purpose.allCases.count == 84)
        for (category, line) in zip(Category.allCases, lines) {
            let written = line.dropFirst().map(String.init)
            #expect(Purpose.allCases.map { AllowanceTests.word(category.allowance(for: $0)) } == written, "\(category)")
        }
    }

    @Test func nothingIsAllowedOnNoBasis() {
        for category in Category.allCases {
            for purpose in Purpose.allCases {
                let allowance = category.allowance(for: purpose)
                #expect(allowance.bases.isEmpty == (allowance == .never), "\(category) to \(purpose)")
            }
        }
    }

    @Test func neverPurposesAreToldFromUnknownOnes() {
        #expect(NeverPurpose.allCases.map(\.rawValue) == ["sale", "sharing", "advertising", "profiling"])
        for never in NeverPurpose.allCases { #expect(DeclaredPurpose(never.rawValue) == .never(never)) }
        for purpose in Purpose.allCases { #expect(DeclaredPurpose(purpose.rawValue) == .allowed(purpose)) }
        for word in ["", "Sale", "sale ", "research", "provideservice"] { #expect(DeclaredPurpose(word) == .unknown) }
        #expect(Set(Purpose.allCases.map(\.rawValue)).isDisjoint(with: NeverPurpose.allCases.map(\.rawValue)))
    }

    private static func word(_ allowance: Allowance) -> String {
        let extent =
            switch allowance {
            case .never: "never"
            case .always: "always:"
            case .countsOnly: "counts:"
            case .metadataOnly: "metadata:"
            case .underGrant: "grant:"
            }
        let letters: [LegalBasis: String] = [
            .contract: "C", .legitimateInterest: "I", .consent: "N", .legalObligation: "O", .customerInstruction: "U"
        ]
        return extent + allowance.bases.map { letters[$0] ?? "?" }.joined()
    }
}
