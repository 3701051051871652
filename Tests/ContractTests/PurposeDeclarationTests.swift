import Policy
import Testing
import Wire

/// Whatever says in a request what data is to serve, is asked before anybody serves it: sale, sharing, advertising and profiling are
/// turned away by the gate, everywhere.
@Suite struct PurposeDeclarationTests {
    /// By hand: who adds one looks here.
    private static let declaring = [
        "consents.record", "consents.withdraw", "technical.record", "disclosures.record", "subprocessors.set",
        "integrations.connect"
    ]

    @Test func theseRequestsDeclarePurposes() throws {
        let found = try ContractList.all.filter { try !PurposeDeclarationTests.bodies($0, NeverPurpose.sale).isEmpty }.map(\.method)
        #expect(found.sorted() == PurposeDeclarationTests.declaring.sorted())
    }

    @Test(arguments: ContractList.all)
    func aNeverPurposeInAnyOfThemIsShownToTheGate(_ entry: ContractEntry) throws {
        for never in NeverPurpose.allCases { #expect(try PurposeDeclarationTests.hidden(entry, never) == 0, "\(never)") }
    }

    // MARK: Negative controls

    @Test func aPurposeThatTheGateIsNotShownIsNoticed() throws {
        let (named, silent) = (ContractEntry(Named.self), ContractEntry(Silent.self))
        let body = Array(#"{"use":[{"dataPurpose":"provideService"},{"dataPurpose":"provideService"}]}"#.utf8)
        #expect(try PurposeDeclarationTests.hidden(named, .sale, golden: body) == 0)
        // Each of the two by itself.
        #expect(try PurposeDeclarationTests.hidden(silent, .sale, golden: body) == 2)
    }

    private struct Use: Fields {
        var dataPurpose = ""
        mutating func visit(_ fields: inout FieldVisitor) { fields.field("dataPurpose", &dataPurpose, max: 32) }
    }

    private struct Named: Request {
        static let contract = Contract("test.named", purpose: .provideService, repeats: .harmless, callers: [.operator])
        var use: [Use] = []
        var purposes: [DeclaredPurpose] { use.map { DeclaredPurpose($0.dataPurpose) } }
        mutating func visit(_ fields: inout FieldVisitor) { fields.field("use", &use, max: 2) }
        typealias Response = Empty
    }

    private struct Silent: Request {
        static let contract = Contract("test.silent", purpose: .provideService, repeats: .harmless, callers: [.operator])
        var use: [Use] = []
        mutating func visit(_ fields: inout FieldVisitor) { fields.field("use", &use, max: 2) }
        typealias Response = Empty
    }

    // MARK: Bodies

    /// How many of the bodies hide their never-purpose from the gate.
    private static func hidden(_ entry: ContractEntry, _ never: NeverPurpose, golden: [UInt8]? = nil) throws -> Int {
        try bodies(entry, never, golden: golden).count { body in
            try !entry.entrant(ConnectedPeer(.operator), nil, body).purposes.contains(.never(never))
        }
    }

    /// The golden once for each member that is called a purpose, or some, with a never-purpose in it.
    private static func bodies(_ entry: ContractEntry, _ never: NeverPurpose, golden: [UInt8]? = nil) throws -> [[UInt8]] {
        variants(try JSONTree(golden ?? Golden.read(entry.method, "request")), .scalar(Array("\"\(never.rawValue)\"".utf8))).map(\.bytes)
    }

    private static func variants(_ value: JSONTree, _ never: JSONTree) -> [JSONTree] {
        switch value {
        case .scalar: []
        case .array(let elements):
            elements.indices.flatMap { index -> [JSONTree] in
                variants(elements[index], never).map { changed in
                    var elements = elements
                    elements[index] = changed
                    return JSONTree.array(elements)
                }
            }
        case .object(let members):
            members.indices.flatMap { index -> [JSONTree] in
                let isPurpose = members[index].name.lowercased().contains("purpose")
                return (isPurpose ? filled(members[index].value, never) : variants(members[index].value, never)).map { changed in
                    var members = members
                    members[index].value = changed
                    return JSONTree.object(members)
                }
            }
        }
    }

    /// One word, or each of a list's.
    private static func filled(_ value: JSONTree, _ never: JSONTree) -> [JSONTree] {
        guard case .array(let elements) = value else { return [never] }
        return elements.indices.map { index in
            var elements = elements
            elements[index] = never
            return JSONTree.array(elements)
        }
    }
}
