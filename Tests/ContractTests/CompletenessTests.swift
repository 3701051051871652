import Testing
import Wire

/// No message is without its golden, and no golden without its message.
@Suite struct CompletenessTests {
    private let methods = ContractList.all.map(\.method)

    @Test func everyMethodHasAFolderAndEveryFolderAMethod() throws {
        let problems = Completeness.problems(("requests", methods), ("folders of goldens", try Golden.methods()))
        #expect(problems == [])
    }

    @Test func everyMethodIsInOneCatalogueAndEveryCatalogueIsListed() {
        #expect(Completeness.problems(("requests", methods), ("catalogues", ContractList.catalogues)) == [])
    }

    @Test func everyContractOfTheSourcesIsListed() throws {
        let problems = Completeness.problems(("requests", methods), ("contracts in the sources", try Golden.declaredMethods()))
        #expect(problems == [])
    }

    @Test(arguments: ContractList.all)
    func everyRefusalHasAGoldenAndEveryGoldenARefusal(_ entry: ContractEntry) throws {
        let wanted = ["request", "envelope", "reply"] + entry.refusals.map { Golden.refusalPrefix + $0 }
        let problems = Completeness.problems(("messages of \(entry.method)", wanted), ("goldens", try Golden.names(in: entry.method)))
        #expect(problems == [])
    }

    @Test(arguments: ContractList.all)
    func aRequestHasAKeyExactlyWhenItsRepeatsAreKnownByIt(_ entry: ContractEntry) {
        #expect(entry.isKeyed == (entry.contract.repeats == .deduplicated))
    }

    // MARK: Negative controls

    @Test func equalListsInAnyOrderHaveNoProblem() {
        #expect(Completeness.problems(("types", ["a.b", "c.d"]), ("folders", ["c.d", "a.b"])) == [])
    }

    @Test func aTypeWithoutAFolderIsAProblem() {
        #expect(Completeness.problems(("types", ["a.b", "c.d"]), ("folders", ["a.b"])) == ["c.d of the types is not among the folders"])
    }

    @Test func aFolderWithoutATypeIsAProblem() {
        #expect(Completeness.problems(("types", ["a.b"]), ("folders", ["a.b", "c.d"])) == ["c.d of the folders is not among the types"])
    }

    @Test func twoTypesWithOneMethodAreAProblem() {
        #expect(Completeness.problems(("types", ["a.b", "a.b"]), ("folders", ["a.b"])) == ["a.b stands twice among the types"])
    }

    @Test func aRefusalWithoutAGoldenAndAGoldenWithoutARefusalAreProblems() {
        let problems = Completeness.problems(("messages", ["reply", "refusal-gone"]), ("goldens", ["reply", "refusal-new"]))
        #expect(
            problems == ["refusal-gone of the messages is not among the goldens", "refusal-new of the goldens is not among the messages"])
    }
}
