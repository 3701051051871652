import Testing

/// The policy promises nothing that the mesh doesn't keep, or that isn't known to be open.
@Suite struct ClauseTests {
    private let policy: String
    private let table: String

    init() throws {
        policy = try #require(Repository.text(of: "Tests/Policy/policy.txt"))
        table = try #require(Repository.text(of: "Tests/Policy/clauses.tsv"))
    }

    private func problems(policy: String? = nil, table: String? = nil) -> [String] {
        ClauseTable(table ?? self.table).problems(PolicyText(policy ?? self.policy), read: Repository.text)
    }

    @Test func everySentenceHasARowWithItsTest() {
        #expect(problems() == [])
    }

    @Test func theTextIsCutIntoAllItsSentences() {
        let sentences = PolicyText(policy).sentences

        #expect(sentences.count == 38)
        #expect(Set(sentences.map { $0.clause.split(separator: ":")[0] }) == ["0", "1", "2", "3", "4", "5", "6", "7", "7.1", "7.2", "7.3"])
        #expect(sentences.contains(.init(clause: "3:2", text: "We do not sell personal data.")))
        let list = PolicyText.Sentence(clause: "7.1:2", text: "Instagram-scoped user ID (IGSID) and username of conversation participants.")
        #expect(sentences.contains(list))
        // Headings apart, not a letter is lost.
        let letters = policy.split(separator: "\n").filter { $0.firstMatch(of: #/^[\d.]+\. /#) == nil }.joined().filter(\.isLetter)
        #expect(sentences.map(\.text).joined().filter(\.isLetter) == letters)
    }

    // MARK: Negative controls

    @Test func aSentenceWithoutARowIsAProblem() {
        #expect(problems(policy: policy + "\nWe never sleep.") == ["7.3:4 has no row: We never sleep."])
        let changed = policy.replacing("We do not sell personal data.", with: "We do not sell much personal data.")
        #expect(
            problems(policy: changed) == [
                "3:2 has no row: We do not sell much personal data.", "3:2 is no sentence of the policy: We do not sell personal data."
            ])
    }

    @Test func aRowWithoutItsTestOrItsCodeIsAProblem() {
        for (cell, problem) in [
            ("Module/Suite/aTestOfNothing", "there is no test Module/Suite/aTestOfNothing"),
            ("PolicyTests/AllowanceTests/nothingOfTheKind", "there is no test PolicyTests/AllowanceTests/nothingOfTheKind"),
            // A function that is there and no test.
            ("PolicyTests/AllowanceTests/word", "there is no test PolicyTests/AllowanceTests/word"),
            ("everyCellIsAsWritten", "there is no test everyCellIsAsWritten"), ("-", "what holds has code and a test")
        ] { #expect(problems(table: changing(test: cell)) == ["3:2: \(problem)"]) }
        #expect(problems(table: changing(code: "Shared/Policy/Nowhere.swift")) == ["3:2: there is no file Shared/Policy/Nowhere.swift"])
    }

    @Test(arguments: ["open", "open:", "open:0", "open:soon", "open:later", "done", "holds "])
    func aStateThatSaysNothingIsAProblem(state: String) {
        #expect(problems(table: changing(state: state)).first?.hasPrefix("3:2: the state is neither") == true)
    }

    @Test func whatIsOpenNamesItsIssueOrTheDesign() {
        for state in ["open:3", "open:12", "open:later §6"] { #expect(problems(table: changing(state: state)) == []) }
    }

    @Test func aLineThatIsNoRowIsAProblem() {
        let count = table.split(separator: "\n").count
        #expect(problems(table: table + "3:2\tWe do not sell\n") == ["line \(count + 1) has not 6 filled cells"])
        #expect(problems(table: table + changing().split(separator: "\n").first { $0.hasPrefix("3:2\t") }! + "\n") == ["3:2 stands twice"])
    }

    /// The table with other cells in the row "We do not sell personal data."
    private func changing(code: String? = nil, test: String? = nil, state: String? = nil) -> String {
        table.split(separator: "\n").map { line in
            guard line.hasPrefix("3:2\t") else { return String(line) }
            var cells = line.split(separator: "\t").map(String.init)
            cells[3] = code ?? cells[3]
            cells[4] = test ?? cells[4]
            cells[5] = state ?? cells[5]
            return cells.joined(separator: "\t")
        }.joined(separator: "\n") + "\n"
    }
}
