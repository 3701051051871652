import Policy
import Testing
import Wire

/// What a method reads and writes may serve its purpose.
@Suite struct PurposeTests {
    /// Methods that see less than a category holds, by hand: who adds one says here what keeps the rest out.
    private static let restricted: [String: [Policy.Category: Allowance]] = [
        // Its reply has numbers and days alone.
        "events.summary": [
            .usage: .countsOnly(on: [.legitimateInterest, .consent]), .technical: .countsOnly(on: [.legitimateInterest, .consent]),
            .security: .countsOnly(on: [.legitimateInterest, .consent])
        ]
    ]

    @Test(arguments: ContractList.all)
    func everyCategoryMayServeThePurpose(_ entry: ContractEntry) {
        #expect(PurposeTests.problems(entry.contract) == [])
    }

    @Test func aMethodForAPurposeThatItsDataMayNotServeIsAProblem() {
        let statistics = Contract(
            "messages.count", purpose: .improveProduct, reads: [.communication, .usage], repeats: .harmless, callers: [.operator])
        #expect(
            PurposeTests.problems(statistics) == [
                "messages.count: communication may never improveProduct", "messages.count: usage may improveProduct with limits only"
            ])
    }

    private static func problems(_ contract: Contract) -> [String] {
        (contract.reads + contract.writes).compactMap { category in
            let allowance = category.allowance(for: contract.purpose)
            let pair = "\(contract.method): \(category.rawValue) may"
            switch allowance {
            case .always: return nil
            case .never: return "\(pair) never \(contract.purpose.rawValue)"
            case .countsOnly, .metadataOnly, .underGrant:
                let isListed = restricted[contract.method]?[category] == allowance
                return isListed ? nil : "\(pair) \(contract.purpose.rawValue) with limits only"
            }
        }
    }
}
