import Testing
import Wire

/// What a body may look like beside how we write it, and what it may not lack.
@Suite struct BodyTests {
    @Test(arguments: ContractList.all)
    func membersMayComeInAnyOrder(_ entry: ContractEntry) throws {
        for side in try sides(of: entry) {
            #expect(text(try side.rewrite(side.schema.reversed(side.golden).bytes)) == text(side.golden.bytes))
        }
    }

    @Test(arguments: ContractList.all)
    func membersOfANewerVersionAreIgnored(_ entry: ContractEntry) throws {
        for side in try sides(of: entry) {
            let widened = side.schema.widened(side.golden)
            #expect(widened.bytes != side.golden.bytes)
            #expect(text(try side.rewrite(widened.bytes)) == text(side.golden.bytes))
            #expect(text(try side.rewrite(side.schema.reversed(widened).bytes)) == text(side.golden.bytes))
        }
    }

    @Test func anIdentifierIsOfItsAlphabet() throws {
        let list = try #require(ContractList.all.first { $0.method == "conversations.list" })
        let golden = try text(Golden.read(list.method, "request"))
        for wrong in ["ws lumen", "ws-lúmen", "ws/lumen", #"ws\u0000lumen"#, ""] {
            let body = Array(golden.replacing("ws-lumen", with: wrong).utf8)
            #expect(throws: WireError.self, "\(wrong)") { try list.rewriteRequest(body) }
        }
        // Control: every character that is allowed.
        let all = golden.replacing("ws-lumen", with: "AZaz09._:-")
        #expect(try text(list.rewriteRequest(Array(all.utf8))) == all)
    }

    @Test(arguments: ContractList.all)
    func aMissingMemberIsRefusedByName(_ entry: ContractEntry) throws {
        for side in try sides(of: entry) {
            for lacking in side.schema.lackingEachRequired(side.golden) {
                #expect(throws: WireError(.shape, lacking.message)) { try side.rewrite(lacking.value.bytes) }
            }
        }
    }

    /// The caller learns which member it forgot, the handler never sees the request, and the connection goes on.
    @Test(arguments: ContractList.all)
    func aServiceAnswersAMissingMemberWithMalformed(_ entry: ContractEntry) throws {
        let golden = try JSONTree(Golden.read(entry.method, "request"))
        for lacking in entry.requestSchema.lackingEachRequired(golden) {
            let (served, reply) = try entry.serve(envelope(of: entry, with: lacking.value), .fault(Fault(.internal, "not asked")))
            #expect(served == nil)
            #expect(entry.hear(reply) == .fault(Fault(.malformed, "body: \(lacking.message)")))
        }
    }

    @Test(arguments: ContractList.all.filter(\.isKeyed))
    func aRequestKnownByItsKeyIsRefusedWithoutOne(_ entry: ContractEntry) throws {
        let body = try JSONTree(Golden.read(entry.method, "request"))

        let (served, reply) = try entry.serve(envelope(of: entry, with: body), .fault(Fault(.internal, "not asked")))

        #expect(served == nil)
        #expect(entry.hear(reply) == .fault(Fault(.malformed, "body: expected \"key\" in the envelope: this request is known by it")))
    }

    @Test func theVariantsAreWhatTheyClaim() throws {
        let schema = Schema(
            Array(
                (#"{"type":"object","properties":{"a":{},"b":{"type":"array","maxItems":2,"#
                    + #""items":{"type":"object","properties":{"c":{}},"required":["c"]}}},"required":["b"]}"#).utf8))
        let value = try JSONTree(Array(#"{"a":{"z":1,"y":2},"b":[{"c":1},{"c":2}]}"#.utf8))

        #expect(text(schema.reversed(value).bytes) == #"{"b":[{"c":1},{"c":2}],"a":{"z":1,"y":2}}"#)
        #expect(
            schema.lackingEachRequired(value).map { text($0.value.bytes) } == [
                #"{"a":{"z":1,"y":2}}"#, #"{"a":{"z":1,"y":2},"b":[{},{"c":2}]}"#, #"{"a":{"z":1,"y":2},"b":[{"c":1},{}]}"#
            ])
        #expect(
            schema.lackingEachRequired(value).map(\.message) == [#"expected member "b""#]
                + [String](repeating: #"b: expected member "c""#, count: 2))
    }

    private struct Side {
        let golden: JSONTree
        let schema: Schema
        let rewrite: ([UInt8]) throws -> [UInt8]
    }

    private func sides(of entry: ContractEntry) throws -> [Side] {
        let response = try #require(JSONTree(Golden.read(entry.method, "reply"))["ok"])
        return [
            Side(golden: try JSONTree(Golden.read(entry.method, "request")), schema: entry.requestSchema) { try entry.rewriteRequest($0) },
            Side(golden: response, schema: entry.responseSchema) { try entry.rewriteResponse($0) }
        ]
    }

    /// Without a key.
    private func envelope(of entry: ContractEntry, with body: JSONTree) -> [UInt8] {
        Array("{\"id\":7,\"method\":\"\(entry.method)\",\"timeout\":2000,\"body\":\(text(body.bytes))}".utf8)
    }
}
