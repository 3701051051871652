import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Testing
import Wire

@testable import HandoffContextService

@Suite struct ContextBuilderTests {
    private let assistant = Assistant(name: "Lumi", prompt: "Be kind.")

    private func conversation(_ texts: [String?]) -> ReadConversation.Response {
        var response = ReadConversation.Response()
        response.participant.id = ParticipantID(rawValue: 3)
        response.participant.name = "Mara"
        response.participant.aliases = [Alias(.whatsapp, .phone, "491700000042"), Alias(.whatsapp, .username, "mara.example")]
        response.messages = texts.enumerated().map { index, text in
            var message = Message()
            message.id = MessageID(rawValue: Int64(index) + 1)
            message.text = text
            message.type = text == nil ? "image" : "text"
            return message
        }
        return response
    }

    private func context(
        _ texts: [String?], for audience: ReadContext.Audience = .human, tokens: Int64 = 1000, masksContacts: Bool = false,
        assistant: Assistant? = nil
    ) throws -> HandoffContext {
        let builder = ContextBuilder(
            audience: audience, masksTexts: audience == .assistant || masksContacts, masksContacts: masksContacts, tokenBudget: tokens)
        return try #require(builder.context(of: ConversationID(rawValue: 9), conversation(texts), assistant: assistant))
    }

    @Test func everyLineCitesTheMessageThatItComesFrom() throws {
        let context = try context(["one", "two"])
        #expect(context.lines.map(\.text) == ["one", "two"])
        #expect(context.lines.map(\.cites) == [[MessageID(rawValue: 1)], [MessageID(rawValue: 2)]])
    }

    /// An emoji is no answer, a comment was said elsewhere, and a group's members did not speak to us.
    @Test(arguments: ReadContext.Audience.allCases, ChannelEvent.Kind.allCases)
    func onlyWhatWasSaidInTheConversationIsALine(audience: ReadContext.Audience, kind: ChannelEvent.Kind) {
        var conversation = conversation(["said"])
        conversation.messages[0].kind = kind
        conversation.messages[0].raw = RawJSON(checked: Array(#"{"secret":1}"#.utf8))
        let builder = ContextBuilder(audience: audience, masksTexts: false, masksContacts: false, tokenBudget: 1000)
        func lines() -> [String]? { builder.context(of: ConversationID(rawValue: 9), conversation, assistant: nil)?.lines.map(\.text) }

        #expect(lines() == ([.message, .echo, .reply, .postback].contains(kind) ? ["said"] : []))
        conversation.messages[0].origin = .group
        #expect(lines() == [])
    }

    @Test func whatWeDoNotInterpretIsNotShown() throws {
        let context = try context(["one", nil, "two"])
        #expect(context.lines.map(\.text) == ["one", "two"])
        #expect(context.omitted == 0)
    }

    @Test func theSameConversationGivesTheSameBytes() throws {
        #expect(try FieldVisitor.write(context(["one", "two"])) == FieldVisitor.write(context(["one", "two"])))
    }

    @Test func anAssistantSeesNoDirectIdentifiersAndAPersonDoes() throws {
        let text = "call +49 170 0000042 or mara@example.com"
        let masked = try context([text], for: .assistant)
        #expect(masked.lines[0].text == "call ••• or •••")
        #expect(masked.participant.phone == nil && masked.participant.username == nil && masked.participant.name == "Mara")
        let open = try context([text], for: .human)
        #expect(open.lines[0].text == text)
        #expect(open.participant.phone == "491700000042" && open.participant.username == "mara.example")
    }

    /// Instagram tells no name: what they said themselves is hidden like one.
    @Test func aNameGivenInTheConversationIsHiddenWhereContactsAre() throws {
        var conversation = conversation(["Hola, me llamo José", "soy jose otra vez"])
        (conversation.participant.name, conversation.participant.aliases) = (nil, [Alias(.instagram, .igsid, "6290000000000007")])
        func lines(masksContacts: Bool) throws -> [String] {
            let builder = ContextBuilder(audience: .human, masksTexts: false, masksContacts: masksContacts, tokenBudget: 1000)
            return try #require(builder.context(of: ConversationID(rawValue: 9), conversation, assistant: nil)).lines.map(\.text)
        }
        #expect(try lines(masksContacts: true) == ["Hola, me llamo •••", "soy ••• otra vez"])
        // Controls: who may see contacts; and a business that names itself is not the person.
        #expect(try lines(masksContacts: false) == ["Hola, me llamo José", "soy jose otra vez"])
        conversation.messages[0].author = .business
        #expect(try lines(masksContacts: true) == ["Hola, me llamo José", "soy jose otra vez"])
    }

    @Test func whoMayNotSeeContactsSeesNoNameAnywhere() throws {
        let masked = try context(["Mara here, mara.example, +49 170 0000042", "Dear Mara"], masksContacts: true)
        #expect(masked.lines.map(\.text) == ["••• here, •••.•••, •••", "Dear •••"])
        #expect(masked.participant.name == IdentifierMask.mask)
        #expect(masked.participant.phone == nil && masked.participant.username == nil)
        // Control: an assistant may call the person by name.
        #expect(try context(["Dear Mara"], for: .assistant).lines.map(\.text) == ["Dear Mara"])
    }

    /// An assistant is given the fields that its configuration names, and in them nothing by which the person is reached.
    @Test func ofThePersonsFieldsAnAssistantSeesThoseThatItIsConfiguredFor() throws {
        var conversation = conversation(["one"])
        conversation.fields = [
            ParticipantField("mail", text: "mara@example.com"), ParticipantField("mobile", number: 491_700_000_042),
            ParticipantField("notes", text: "likes blue"), ParticipantField("tier", text: "gold"), ParticipantField("vip", flag: true)
        ]
        func fields(_ audience: ReadContext.Audience, _ names: [String]?, masksTexts: Bool) -> [ParticipantField]? {
            let builder = ContextBuilder(audience: audience, masksTexts: masksTexts, masksContacts: false, tokenBudget: 1000)
            let assistant = Assistant(name: "Lumi", prompt: "Be kind.", fields: names)
            return builder.context(of: ConversationID(rawValue: 9), conversation, assistant: assistant)?.fields
        }

        let named = ["mail", "mobile", "tier", "vip", "unknown"]
        #expect(
            fields(.assistant, named, masksTexts: true) == [
                ParticipantField("mail", text: "•••"), ParticipantField("mobile", text: "•••"), ParticipantField("tier", text: "gold"),
                ParticipantField("vip", flag: true)
            ])
        #expect(fields(.assistant, nil, masksTexts: true) == [])
        // Controls: where the workspace lets the assistant see identifiers, and for a person.
        #expect(fields(.assistant, ["mail"], masksTexts: false) == [ParticipantField("mail", text: "mara@example.com")])
        #expect(fields(.human, nil, masksTexts: false) == conversation.fields)
    }

    @Test func fieldsComeBehindTheOpenQuestionsAndBeforeTheFacts() throws {
        var conversation = conversation(["It was €25", "Is it blue?"])
        conversation.participant = Participant()
        conversation.fields = [ParticipantField("tier", text: "gold"), ParticipantField("vip", flag: true)]
        let whole = "It was €25".utf8.count + "Is it blue?".utf8.count * 2
        func context(bytes: Int) throws -> HandoffContext {
            let builder = ContextBuilder(audience: .human, masksTexts: false, masksContacts: false, tokenBudget: Int64(bytes + 3) / 4)
            return try #require(builder.context(of: ConversationID(rawValue: 9), conversation, assistant: nil))
        }

        let few = try context(bytes: whole + "tier gold".utf8.count)
        #expect(few.openQuestions.count == 1 && few.fields.map(\.name) == ["tier"] && few.facts.isEmpty)
        let all = try context(bytes: 1000)
        #expect(all.fields.count == 2 && all.facts.map(\.text) == ["€25"])
    }

    @Test func theWordsToAPictureAreALineToo() throws {
        var conversation = conversation([nil, "Hello"])
        var picture = Attachment(type: "image")
        picture.caption = "Is this one in stock?"
        conversation.messages[0].details = EventDetails()
        conversation.messages[0].details?.attachments = [picture]
        let builder = ContextBuilder(audience: .human, masksTexts: false, masksContacts: false, tokenBudget: 1000)
        let context = try #require(builder.context(of: ConversationID(rawValue: 9), conversation, assistant: nil))
        #expect(context.lines.map(\.text) == ["Is this one in stock?", "Hello"])
        #expect(context.openQuestions.map(\.cites) == [[MessageID(rawValue: 1)]])
    }

    @Test(
        arguments: [
            ("4111 1111 1111 1111", "•••"), ("(030) 901-820-00.", "•••."), ("order 123456", "order 123456"), ("2 of 3", "2 of 3"),
            ("٠١٢٣٤٥٦٧٨", "•••"), ("+49\u{A0}170\u{202F}0000042", "•••"), ("170\u{2011}0000\u{2013}042", "•••"),
            ("\u{202A}+49 170 0000042\u{202C} ok", "\u{202A}•••\u{202C} ok"), ("170\t0000\n042", "•••"), ("1,7,0,0_0 000 42", "•••"),
            ("a@b", "a@b"), ("x@y.example, yes", "••• yes"), ("", "")
        ])
    func numbersOfSevenDigitsAndAddressesAreMasked(text: String, masked: String) {
        #expect(IdentifierMask.masked(text) == masked)
    }
}
