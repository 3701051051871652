/// `Tests/Policy/clauses.tsv`: for each sentence of the policy what the mesh does, where, and which test shows it.
struct ClauseTable {
    struct Row {
        let clause: String
        let sentence: String
        let behaviour: String
        /// Paths from the root of the repository.
        let code: [String]
        /// Each as `Module/Suite/function`, for `Tests/Module/Suite.swift`.
        let tests: [String]
        let state: String
    }

    static let columns = ["clause", "sentence", "behaviour", "code", "test", "state"]
    /// Stands where a row of what is still open has neither code nor test.
    private static let nothing = "-"

    private(set) var rows: [Row] = []
    /// Lines that are no rows, in words.
    private(set) var malformed: [String] = []

    init(_ text: String) {
        for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if index == 0 {
                if cells != ClauseTable.columns { malformed.append("the columns are not \(ClauseTable.columns.joined(separator: ", "))") }
                continue
            }
            guard cells.count == ClauseTable.columns.count, !cells.contains("") else {
                malformed.append("line \(index + 1) has not \(ClauseTable.columns.count) filled cells")
                continue
            }
            rows.append(
                Row(
                    clause: cells[0], sentence: cells[1], behaviour: cells[2], code: ClauseTable.list(cells[3]),
                    tests: ClauseTable.list(cells[4]), state: cells[5]))
        }
    }

    private static func list(_ cell: String) -> [String] {
        cell == nothing ? [] : cell.split(separator: " ").map(String.init)
    }

    // MARK: Judging

    /// Everything in which the table and the policy, or the table and the repository differ.
    ///
    /// - Parameter read: the text of a file of the repository, by its path from the root; nil where there is none.
    func problems(_ policy: PolicyText, read: (String) -> String?) -> [String] {
        var found = malformed
        for sentence in policy.sentences where !rows.contains(where: { $0.clause == sentence.clause && $0.sentence == sentence.text }) {
            found.append("\(sentence.clause) has no row: \(sentence.text)")
        }
        for row in rows {
            if !policy.sentences.contains(.init(clause: row.clause, text: row.sentence)) {
                found.append("\(row.clause) is no sentence of the policy: \(row.sentence)")
            }
            found += ClauseTable.problems(of: row, read).map { "\(row.clause): \($0)" }
        }
        let repeated = Dictionary(grouping: rows, by: \.clause).filter { $1.count > 1 }.keys.sorted()
        return found + repeated.map { "\($0) stands twice" }
    }

    private static func problems(of row: Row, _ read: (String) -> String?) -> [String] {
        var found = row.code.filter { read($0) == nil }.map { "there is no file \($0)" }
        found += row.tests.filter { !isTest($0, read) }.map { "there is no test \($0)" }
        if row.state == "holds" {
            if row.code.isEmpty || row.tests.isEmpty { found.append("what holds has code and a test") }
        } else if row.state.wholeMatch(of: /open:([1-9][0-9]*|later §[1-9][0-9]*)/) == nil {
            found.append("the state is neither holds nor open with the number of an issue (or later, with the design's section)")
        }
        return found
    }

    private static func isTest(_ name: String, _ read: (String) -> String?) -> Bool {
        let parts = name.split(separator: "/")
        guard parts.count == 3, let text = read("Tests/\(parts[0])/\(parts[1]).swift") else { return false }
        guard let function = text.firstRange(of: "func \(parts[2])(") else { return false }
        // The attribute stands before it, with nothing of another function between.
        let before = text[..<function.lowerBound]
        guard let attribute = before.ranges(of: "@Test").last else { return false }
        return !before[attribute.upperBound...].contains("func ")
    }
}
