import Access
import Domain
import IntakeContracts
import Policy
import TestKit
import Wire

/// Who calls what, and for which purpose: a table with a row for every method and a column for every role.
///
/// A cell is `-` or the purpose under which the role calls the method, with `:grant` where only while a workspace's grant runs.
struct AccessMatrix {
    struct Row: Equatable {
        let purpose: String
        /// Kinds of programs.
        let callers: [String]
        /// In the order of `Role`.
        let cells: [String]
    }

    static let columns = ["method", "purpose", "callers"] + Role.allCases.map(\.rawValue)
    static let nothing = "-"

    private(set) var rows: [String: Row] = [:]
    /// What is no row, in words.
    private(set) var malformed: [String] = []

    /// The table as a person wrote it.
    init(_ text: String) {
        for (index, line) in text.split(separator: "\n").enumerated() {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if index == 0 {
                if cells != AccessMatrix.columns { malformed.append("the columns are not \(AccessMatrix.columns.joined(separator: ", "))") }
            } else if cells.count != AccessMatrix.columns.count || cells.contains("") {
                malformed.append("line \(index + 1) has not \(AccessMatrix.columns.count) filled cells")
            } else if rows[cells[0]] != nil {
                malformed.append("\(cells[0]) stands twice")
            } else {
                rows[cells[0]] = Row(purpose: cells[1], callers: cells[2].split(separator: " ").map(String.init), cells: Array(cells[3...]))
            }
        }
    }

    /// The table as the gate decides it.
    init(of entries: [ContractEntry]) throws {
        for entry in entries {
            let request = try Golden.read(entry.method, "request")
            var cells: [String] = []
            for role in Role.allCases { cells.append(try AccessMatrix.cell(entry, role, request)) }
            rows[entry.method] = Row(
                purpose: entry.contract.purpose.rawValue, callers: entry.contract.callers.map(\.rawValue).sorted(), cells: cells)
        }
    }

    /// Everything in which another table differs from this one, which a person wrote.
    func problems(_ decided: AccessMatrix) -> [String] {
        var found = malformed
        for method in Set(rows.keys).union(decided.rows.keys).sorted() {
            guard let written = rows[method] else {
                found.append("\(method) has no row")
                continue
            }
            guard let row = decided.rows[method] else {
                found.append("\(method) is no method")
                continue
            }
            if written.purpose != row.purpose { found.append("\(method) is for \(row.purpose)") }
            if written.callers.sorted() != row.callers { found.append("\(method) is called by \(row.callers.joined(separator: " "))") }
            for (role, cells) in zip(Role.allCases, zip(written.cells, row.cells)) where cells.0 != cells.1 {
                found.append("\(method), \(role.rawValue): written \(cells.0), decided \(cells.1)")
            }
        }
        return found
    }

    // MARK: The gate's part

    private static let workspace = WorkspaceID(rawValue: "ws-lumen")

    private static func cell(_ entry: ContractEntry, _ role: Role, _ request: [UInt8]) throws -> String {
        let purpose = role.purpose(of: entry.contract.purpose).rawValue
        if try isAdmitted(entry, role, request, grant: false) { return purpose }
        return try isAdmitted(entry, role, request, grant: true) ? "\(purpose):grant" : nothing
    }

    /// Whether any kind of program that may call the method gets through with a token of the role.
    private static func isAdmitted(_ entry: ContractEntry, _ role: Role, _ request: [UInt8], grant: Bool) throws -> Bool {
        let time = ManualTime()
        let tokens = TokenKeys(["t1": [UInt8](repeating: 7, count: 32)])
        let gate = AccessGate(facts(at: time.now, grant: grant), tokens: tokens, clock: time, isFresh: { true }) { _, _, _ in }
        let token = tokens.sign(ActorToken(member: member(role), generation: 1, expiresAt: time.now.adding(milliseconds: 1000)))
        for kind in entry.contract.callers {
            do {
                _ = try gate.admit(entry.entrant(ConnectedPeer(kind), token, request))
                return true
            } catch is Fault {}  // Another kind may.
        }
        return false
    }

    private static func member(_ role: Role) -> MemberID { MemberID(rawValue: "mem_\(role.rawValue)") }

    private static func facts(at now: Timestamp, grant: Bool) -> AccessFacts {
        var instructions = Instructions()
        if grant { instructions.supportUntil = now.adding(milliseconds: 1000) }
        let facts = AccessFacts()
        facts.take(
            [AccessFact(.workspaceOpened, workspace, instructions: instructions, at: now)]
                + Role.allCases.map { role in
                    AccessFact(
                        .memberSet, role.isOfWorkspace ? workspace : nil, member: MemberRights(member(role), role, generation: 1), at: now)
                }
                + Peer.ofOthers.map { AccessFact(.peerAdded, nil, peer: PeerRegistration($0.rawValue, $0), at: now) })
        return facts
    }
}
