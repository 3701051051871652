import Policy
import Testing
import Wire

/// Methods by which support sees what it may see under a grant only.
@Suite struct SupportLookTests {
    /// By hand: who adds one records its looks (`DisclosureOutbox`) and shows it in the service's own SupportLookTests.
    private static let looks = ["conversations.list", "conversations.read", "conversations.search"]

    @Test func eachOfThemIsKnownToRecordItsLooks() {
        #expect(ContractList.all.map(\.contract).filter(SupportLookTests.isLook).map(\.method).sorted() == SupportLookTests.looks)
    }

    @Test func aNewOneIsNoticed() {
        let search = Contract(
            "conversations.find", purpose: .provideService, reads: [.communication], repeats: .harmless, callers: [.operator],
            roles: [.owner, .support])
        let count = Contract(
            "usage.count", purpose: .provideService, reads: [.usage], repeats: .harmless, callers: [.operator], roles: [.support])
        #expect(SupportLookTests.isLook(search) && !SupportLookTests.isLook(count))
    }

    private static func isLook(_ contract: Contract) -> Bool {
        guard contract.roles.contains(.support) else { return false }
        return contract.reads.contains { category in
            if case .underGrant = category.allowance(for: Role.support.purpose(of: contract.purpose)) { true } else { false }
        }
    }
}
