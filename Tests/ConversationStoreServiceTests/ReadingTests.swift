import ConversationStoreContracts
import Domain
import Testing
import Wire

@Suite struct ReadingTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test func aConversationSaysHowMuchOfThePersonsIsUnanswered() throws {
        func unanswered() throws -> Int64? { try store.list().first?.unanswered }
        try store.append(message("m1"), echo("w1"))
        #expect(try unanswered() == 0)
        try store.append(message("m2"), message("m3"), happening(.reaction, "r1", to: "w1", "+"), message("m4"))
        #expect(try unanswered() == 3)
        try store.append(happening(.unsend, "u1", to: "m3"))
        #expect(try unanswered() == 2)
        try store.append((5..<20).map { message("m\($0)") })
        #expect(try unanswered() == Conversation.unansweredMax)
        try store.append(reply("w2"))
        #expect(try unanswered() == 0)
    }

    private func person(_ number: Int) -> ParticipantIdentity { ParticipantIdentity(phone: "1555000\(1000 + number)") }

    @Test func theLastMessagesAreReadOldestFirst() throws {
        try store.append((1...120).map { message("m\($0)", "\($0)") })
        let conversation = try store.list()[0].id

        let last = try store.read(conversation, limit: 50)
        #expect(last.messages.map(\.text) == (71...120).map { "\($0)" })
        #expect(last.channel == line.id)
        #expect(last.participant.name == ada.name && last.participant.aliases == [adasPhone])

        try store.append(message("m121", "121"))
        let before = try store.read(conversation, limit: 50, before: last.messages[0].id)
        #expect(before.messages.map(\.text) == (21...70).map { "\($0)" })
        #expect(try store.read(conversation, limit: 50, before: before.messages[0].id).messages.count == 20)
    }

    @Test func aMessageIsReadAsItWasWritten() throws {
        let text = "Zażółć \"gęślą\"\n\u{1}👋"
        try store.append(message("m1", text, at: noon), echo("w1", "", at: noon.adding(seconds: 1)))

        let messages = try store.onlyMessages()
        #expect(messages.map(\.text) == [text, ""])
        #expect(messages.map(\.author) == [.participant, .business])
        #expect(messages.map(\.sentAt) == [noon, noon.adding(seconds: 1)])
        #expect(messages.map(\.status) == [nil, nil])
    }

    /// Rows go into the reply as bytes; what comes out must be what the contract's own writer makes of the same messages.
    @Test func aReplyOfRowsIsTheBytesOfItsContract() throws {
        var random = Dice(50)
        let pieces = ["plain ", "\"", "\\", "\n", "\u{0}", "Привет", "👋", "é", "/", "a text that is longer than sixteen bytes"]
        for number in 0..<120 {
            let text = (0..<Int.random(in: 0...9, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined()
            var event = Bool.random(using: &random) ? message("m\(number)", text) : echo("m\(number)", text)
            if Int.random(in: 0..<6, using: &random) == 0 {
                event.kind = .other
                event.raw = RawJSON(checked: FieldVisitor.write(text))
            }
            if Bool.random(using: &random) { event.origin = .history }
            var details = EventDetails()
            details.forwarded = .often
            details.content = RawJSON(checked: FieldVisitor.write(text))
            if Bool.random(using: &random) { event.details = details }
            try store.append(event)
            var read = status("m\(number)", .read)
            if Bool.random(using: &random) { read.details = details }
            if event.kind == .echo { try store.append(read) }
        }
        let conversation = try store.list()[0].id

        for limit in [1, 2, 50, 200] as [Int64] {
            let recorder = ReplyRecorder(LocalTransport(store.process.router, as: .handoffContext))
            let outcome = recorder.call(ReadConversation(workspace: shop, conversation: conversation, limit: limit))
            guard case .ok(let response) = outcome else { throw Unexpected(text: "\(outcome)") }
            #expect(response.messages.count == min(limit, 120))
            if limit == 200 {
                #expect(response.messages.contains { $0.delivery != nil } && response.messages.contains { $0.raw != nil })
                #expect(response.messages.contains { $0.details != nil } && response.messages.contains { $0.origin != nil })
            }
            #expect(recorder.reply == Array(#"{"id":1,"ok":"#.utf8) + FieldVisitor.write(response) + Array("}".utf8))
        }
    }

    @Test func conversationsAreListedLastActiveFirst() throws {
        try store.append((1...5).map { message("m\($0)", from: person($0), at: noon.adding(seconds: Int64($0))) })
        try store.append(message("again", from: person(2), at: noon.adding(seconds: 9)))

        let conversations = try store.list()
        #expect(conversations.map { $0.participant.aliases[0].value.suffix(1) } == ["2", "5", "4", "3", "1"])
        #expect(conversations[0].lastActivityAt == noon.adding(seconds: 9))
    }

    @Test func aPageFollowsTheOneBeforeWhateverArrives() throws {
        try store.append((1...6).map { message("m\($0)", from: person($0)) })
        let first = try store.list(limit: 3)
        try store.append(message("new", from: person(7)), message("again", from: person(6)))

        let second = try store.list(limit: 3, before: first[2].lastMessage)

        #expect((first + second).map { $0.participant.aliases[0].value.suffix(1) } == ["6", "5", "4", "3", "2", "1"])
    }

    @Test func aListIsOfOneChannelWhereAsked() throws {
        let second = Channel(shop, ChannelID(rawValue: "ch_second"), Account(.whatsapp, "55"))
        try store.append(message("m1"))
        try store.append([message("m2", from: ben)], on: second)

        let request = ListConversations(workspace: shop, channel: second.id, limit: 10)
        #expect(try store.answer(request, as: .handoffContext).conversations.map(\.participant.name) == [ben.name])
    }

    @Test func anotherWorkspaceReadsNothing() throws {
        try store.append(message("m1"))
        let conversation = try store.list()[0].id
        let other = WorkspaceID(rawValue: "ws_else")

        #expect(try store.list(other).isEmpty)
        for request in [
            ReadConversation(workspace: other, conversation: conversation, limit: 10),
            ReadConversation(workspace: shop, conversation: ConversationID(rawValue: 99), limit: 10)
        ] {
            guard case .refused(.unknownConversation, _) = store.put(request, as: .handoffContext) else {
                Issue.record("a conversation was read that the workspace does not have")
                continue
            }
        }
    }

    @Test func aPageThatIsTooLargeForAFrameIsCut() throws {
        // 65,000 scalars of 4 bytes, so that 200 of them make 52 MB.
        let long = String(repeating: "👋", count: 65_000)
        for number in 0..<12 { try store.append(message("m\(number)", long)) }
        let conversation = try store.list()[0].id

        var seen: [MessageID] = []
        var before: MessageID?
        while true {
            let page = try store.read(conversation, before: before).messages
            if page.isEmpty { break }
            #expect(page.count < 12)
            seen = page.map(\.id) + seen
            before = page[0].id
        }
        #expect(seen.count == 12 && seen == seen.sorted())
    }

    @Test func oneMessageIsReadHoweverLargeItIs() throws {
        var large = message("m1")
        large.kind = .other
        large.raw = RawJSON(checked: Array("\"\(String(repeating: "x", count: 3 << 20))\"".utf8))
        try store.append(large)

        #expect(try store.onlyMessages().map(\.raw) == [large.raw])
    }
}
