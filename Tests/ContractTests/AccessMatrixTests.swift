import Foundation
import Policy
import Testing
import Wire

/// The whole access matrix, cell by cell, against the table that a person wrote.
@Suite struct AccessMatrixTests {
    private let table: String
    private let decided: AccessMatrix

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Policy/access.tsv")
        table = try String(contentsOf: file, encoding: .utf8)
        decided = try AccessMatrix(of: ContractList.all)
    }

    @Test func everyCellIsDecidedAsItIsWritten() {
        #expect(AccessMatrix(table).problems(decided) == [])
        #expect(decided.rows.values.allSatisfy { $0.cells.count == 10 })
    }

    // MARK: What roles are, whatever methods come

    @Test(arguments: [Role.analyst, .operator, .auditor])
    func whoSeesNoContentReadsNone(role: Role) {
        let content: Set<Policy.Category> = [.communication, .profile, .insights, .contact, .company, .support]
        for entry in ContractList.all where entry.contract.roles.contains(role) {
            #expect(content.isDisjoint(with: entry.contract.reads), "\(entry.method)")
        }
        // Control: an agent reads some.
        #expect(ContractList.all.contains { $0.contract.roles.contains(.agent) && !content.isDisjoint(with: $0.contract.reads) })
    }

    @Test func whoOnlyLooksChangesNothing() {
        for entry in ContractList.all where !Set([.analyst, .auditor]).isDisjoint(with: entry.contract.roles) {
            #expect(entry.contract.writes == [], "\(entry.method)")
        }
    }

    @Test func anAssistantMayDoWhatItsConversationsNeedAndNothingElse() {
        let own = decided.rows.filter { $0.value.cells[place(.assistant)] != AccessMatrix.nothing }.keys.sorted()
        #expect(own == ["handoff.context", "handoff.request", "mesh.contracts", "mesh.echo", "replies.record"])
    }

    @Test func supportSeesWhatPeopleWroteToACustomerUnderAGrantAlone() {
        for entry in ContractList.all where entry.contract.roles.contains(.support) {
            let isMessengers = !Set([.communication, .profile, .insights]).isDisjoint(with: entry.contract.reads)
            let cell = decided.rows[entry.method]?.cells[place(.support)]
            #expect(isMessengers == (cell == "supportCustomer:grant"), "\(entry.method)")
        }
    }

    private func place(_ role: Role) -> Int { Role.allCases.firstIndex(of: role) ?? 0 }

    // MARK: Negative controls

    @Test func eachChangedCellIsReported() {
        let lines = table.split(separator: "\n").map(String.init)
        for index in 1..<lines.count {
            let cells = lines[index].split(separator: "\t").map(String.init)
            for place in 3..<cells.count {
                var changed = cells
                changed[place] = cells[place] == AccessMatrix.nothing ? cells[1] : AccessMatrix.nothing
                let problems = AccessMatrix(replacing(lines, index, changed)).problems(decided)
                let role = AccessMatrix.columns[place]
                #expect(problems == ["\(cells[0]), \(role): written \(changed[place]), decided \(cells[place])"])
            }
        }
    }

    @Test func aMissingASurplusAndABrokenRowAreReported() {
        let lines = table.split(separator: "\n").map(String.init)
        let first = lines[1].split(separator: "\t").map(String.init)
        let unknown = ["minds.read"] + first.dropFirst()
        #expect(problems(without(lines, 1)) == ["\(first[0]) has no row"])
        #expect(problems(lines.joined(separator: "\n") + "\n" + unknown.joined(separator: "\t")) == ["minds.read is no method"])
        #expect(problems(lines.joined(separator: "\n") + "\n" + lines[1]) == ["\(first[0]) stands twice"])
        #expect(problems(lines.joined(separator: "\n") + "\nminds.read\t-") == ["line \(lines.count + 1) has not 13 filled cells"])
        #expect(problems(without(lines, 0)).first?.hasPrefix("the columns are not method") == true)
    }

    @Test func anotherPurposeAndAnotherCallerAreReported() {
        let lines = table.split(separator: "\n").map(String.init)
        var cells = lines[1].split(separator: "\t").map(String.init)
        let (method, purpose, callers) = (cells[0], cells[1], cells[2])
        cells[1] = "improveProduct"
        cells[2] = "operator"
        #expect(
            problems(replacing(lines, 1, cells)) == [
                "\(method) is for \(purpose)", "\(method) is called by \(callers.split(separator: " ").sorted().joined(separator: " "))"
            ])
    }

    private func problems(_ table: String) -> [String] { AccessMatrix(table).problems(decided) }

    private func replacing(_ lines: [String], _ index: Int, _ cells: [String]) -> String {
        var lines = lines
        lines[index] = cells.joined(separator: "\t")
        return lines.joined(separator: "\n")
    }

    private func without(_ lines: [String], _ index: Int) -> String {
        var lines = lines
        lines.remove(at: index)
        return lines.joined(separator: "\n")
    }
}
