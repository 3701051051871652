import Testing
import Wire

/// Both ends of each method speak exactly what its goldens say.
@Suite struct GoldenTests {
    @Test(arguments: ContractList.all)
    func aBodyIsReadAndWrittenAgainByteForByte(_ entry: ContractEntry) throws {
        let request = try Golden.read(entry.method, "request")
        let response = try body(ofReply: entry)

        #expect(try text(entry.rewriteRequest(request)) == text(request))
        #expect(try text(entry.rewriteResponse(response)) == text(response))
    }

    @Test(arguments: ContractList.all)
    func aClientSendsTheEnvelopeByteForByte(_ entry: ContractEntry) throws {
        let golden = try Golden.read(entry.method, "envelope")
        let envelope = try FieldVisitor.read(Envelope.self, from: golden, refusesUnknown: true)
        let options = CallOptions(trace: envelope.trace)

        let sent = try entry.send(Golden.read(entry.method, "request"), envelope.key, envelope.id, options)

        #expect(text(sent) == text(golden))
        // A token is another for each caller, so no golden has one.
        #expect(envelope.trace != nil && envelope.actor == nil)
        #expect((envelope.key != nil) == entry.isKeyed)
    }

    @Test(arguments: ContractList.all)
    func aServiceTakesTheEnvelopeAndSendsTheReplyByteForByte(_ entry: ContractEntry) throws {
        let golden = try Golden.read(entry.method, "envelope")
        let envelope = try FieldVisitor.read(Envelope.self, from: golden, refusesUnknown: true)

        let (served, reply) = try entry.serve(golden, .ok(body(ofReply: entry)))

        let request = try Golden.read(entry.method, "request")
        #expect(
            served
                == ContractEntry.Served(
                    body: text(request), key: entry.isKeyed ? envelope.key?.rawValue : nil, trace: envelope.trace))
        #expect(text(reply) == text(try Golden.read(entry.method, "reply")))
    }

    @Test(arguments: ContractList.all)
    func aClientReadsTheReply(_ entry: ContractEntry) throws {
        #expect(entry.hear(try Golden.read(entry.method, "reply")) == .ok(try body(ofReply: entry)))
    }

    @Test(arguments: ContractList.all)
    func aRefusalIsSentByteForByteAndReadAsItsReason(_ entry: ContractEntry) throws {
        let envelope = try Golden.read(entry.method, "envelope")
        for reason in entry.refusals {
            let golden = try Golden.read(entry.method, Golden.refusalPrefix + reason)
            let heard = entry.hear(golden)

            guard case .refused(reason, let message) = heard else {
                Issue.record("\(entry.method): \(reason) is heard as \(heard)")
                continue
            }
            #expect(!message.isEmpty)
            #expect(text(try entry.serve(envelope, heard).reply) == text(golden))
        }
    }

    @Test(arguments: ContractList.all)
    func everyMemberOfTheSchemaIsSet(_ entry: ContractEntry) throws {
        let request = try JSONTree(Golden.read(entry.method, "request"))
        let response = try JSONTree(body(ofReply: entry))

        #expect(entry.requestSchema.unset(in: [request]) == [])
        #expect(entry.responseSchema.unset(in: [response]) == [])
    }

    @Test func anOptionalThatIsSetNowhereIsNoticed() throws {
        let append = try #require(ContractList.all.first { $0.method == "conversations.append" })
        let golden = try text(Golden.read(append.method, "request"))
        let scan = try #require(ContractList.all.first { $0.method == "holder.prove" })

        let withoutName = try JSONTree(Array(golden.replacing(#","name":"Mara Ødegård""#, with: "").utf8))
        let withoutEvents = try JSONTree(
            Array(#"{"workspace":"w","channel":"c","account":{"platform":"whatsapp","id":"1"},"events":[]}"#.utf8))
        let withoutRows = try JSONTree(Array(#"{"holder":"intake","rows":{}}"#.utf8))

        #expect(append.requestSchema.unset(in: [withoutName]) == ["body.events.participant.name"])
        #expect(append.requestSchema.unset(in: [withoutEvents]) == ["an entry of body.events"])
        #expect(scan.responseSchema.unset(in: [withoutRows]) == ["an entry of body.rows", "body.scan"])
    }

    @Test func aGoldenWithAnotherByteIsNoticed() throws {
        let echo = try #require(ContractList.all.first { $0.method == "mesh.echo" })
        let spaced = Array(#"{"payload": "x"}"#.utf8)

        #expect(try echo.rewriteRequest(spaced) != spaced)
        #expect(echo.hear(Array(#"{"id":1,"refused":{"reason":"unknownWorkspace","message":"m"}}"#.utf8)).isFault)
        #expect(echo.hear(Array(#"{"id":1,"ok":{}}"#.utf8)).isFault)
    }

    private func body(ofReply entry: ContractEntry) throws -> [UInt8] {
        try #require(JSONTree(Golden.read(entry.method, "reply"))["ok"], "reply.json has ok").bytes
    }
}

extension ContractEntry.Heard {
    fileprivate var isFault: Bool { if case .fault = self { true } else { false } }
}
