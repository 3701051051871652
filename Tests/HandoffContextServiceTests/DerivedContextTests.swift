import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Testing
import Wire

@testable import HandoffContextService

/// What a context derives from what was said.
@Suite struct DerivedContextTests {
    private func line(_ number: Int64, _ text: String, _ author: ContextLine.Author = .participant) -> ContextLine {
        ContextLine(author: author, text: text, at: Timestamp(rawValue: number * 1000), cites: [MessageID(rawValue: number)])
    }

    private func talk(_ texts: String...) -> [ContextLine] {
        texts.enumerated().map { index, text in
            text.hasPrefix("> ") ? line(Int64(index + 1), String(text.dropFirst(2)), .assistant) : line(Int64(index + 1), text)
        }
    }

    private func context(
        _ talk: [ContextLine], tokens: Int64 = 10_000, for audience: ReadContext.Audience = .human, masksContacts: Bool = false
    ) throws -> HandoffContext {
        var conversation = ReadConversation.Response()
        conversation.messages = talk.map { line in
            var message = Message()
            message.id = line.cites[0]
            message.text = line.text
            message.type = "text"
            message.sentAt = line.at
            message.author = line.author == .participant ? .participant : .assistant
            return message
        }
        let builder = ContextBuilder(
            audience: audience, masksTexts: audience == .assistant, masksContacts: masksContacts, tokenBudget: tokens)
        return try #require(builder.context(of: ConversationID(rawValue: 1), conversation, assistant: nil))
    }

    private func keyFacts(_ talk: [ContextLine]) -> [ContextFact] { KeyFacts.of(talk.map(SaidLine.init)) }
    private func language(_ talk: [ContextLine]) -> ContextLanguage? { TalkLanguage.of(talk.map(SaidLine.init)) }

    // MARK: Sentences

    @Test(
        arguments: [
            ("One. Two! Three?", ["One.", "Two!", "Three?"]), ("It costs 3.50 a piece.", ["It costs 3.50 a piece."]),
            ("First\nSecond", ["First", "Second"]), ("Wait... what?!", ["Wait...", "what?!"]), ("这个多少钱？我要两个。", ["这个多少钱？", "我要两个。"]),
            ("  … ", []), ("", []), ("متى يصل؟ شكرا", ["متى يصل؟", "شكرا"])
        ] as [(String, [String])])
    func aTextIsItsSentences(text: String, sentences: [String]) { #expect(Sentences.of(text) == sentences) }

    @Test func aSentenceWithoutEndEndsAtItsLength() throws {
        let sentences = Sentences.of(String(repeating: "a", count: 1000))
        #expect(sentences.map(\.count) == [400, 400, 200])
    }

    // MARK: Facts

    @Test(
        arguments: [
            ("My name is Mara Ødegård.", ContextFact.Kind.name, "Mara Ødegård"), ("Hola, me llamo Inés y vivo aquí", .name, "Inés"),
            ("Ich heiße Jonas", .name, "Jonas"), ("Je m'appelle Zoé!", .name, "Zoé"), ("Меня зовут Анна", .name, "Анна"),
            ("It was €25, I think", .amount, "€25"), ("for 1.200,50 EUR please", .amount, "1.200,50 EUR"),
            ("USD 30 is much", .amount, "USD 30"),
            ("25,50€ pro Stück", .amount, "25,50€"), ("R$ 30 já pago", .amount, "R$ 30"), ("за 500 рублей", .amount, "500 рублей"),
            ("by 2026-03-12.", .date, "2026-03-12"), ("am 12.3.2026", .date, "12.3.2026"), ("on 3/12/26?", .date, "3/12/26"),
            ("12 March works", .date, "12 March"), ("March 12th, 2026", .date, "March 12th, 2026"),
            ("el 12 de marzo", .date, "12 de marzo"),
            ("12. März 2026", .date, "12. März 2026"), ("12 марта", .date, "12 марта"),
            ("see https://lamps.example/blue?x=1.", .link, "https://lamps.example/blue?x=1"),
            ("www.lamps.example!", .link, "www.lamps.example"),
            ("write to mara@lamps.example", .contact, "mara@lamps.example"), ("call +49 170 5550042 ok", .contact, "+49 170 5550042")
        ] as [(String, ContextFact.Kind, String)])
    func aFactIsFoundByHowItIsWritten(text: String, kind: ContextFact.Kind, fact: String) {
        #expect(
            keyFacts([line(7, text)]) == [
                ContextFact(kind: kind, text: fact, at: Timestamp(rawValue: 7000), cites: [MessageID(rawValue: 7)])
            ])
    }

    @Test(arguments: ["I have 2 lamps", "room 12 in march", "my name is mara", "name is Mara", "1.2.3", "a@b", "euro", "order 123456"])
    func whatOnlyLooksLikeAFactIsNone(text: String) {
        #expect(keyFacts([line(7, text)]) == [])
    }

    @Test func aFactThatIsSaidAgainCitesAllWhoSaidIt() throws {
        let facts = keyFacts(talk("It costs €25?", "> Yes, €25.", "my mail is Mara@Lamps.example", "mara@lamps.example"))
        #expect(facts.map(\.text) == ["€25", "Mara@Lamps.example"])
        #expect(facts.map { $0.cites.map(\.rawValue) } == [[1, 2], [3, 4]])
    }

    @Test func whoSomebodyIsIsTheirsToSay() throws {
        #expect(keyFacts(talk("> My name is Lumi, call +49 170 5550042")) == [])
        #expect(keyFacts(talk("> It is €25 on 12 March")).map(\.kind) == [.amount, .date])
    }

    // MARK: Questions, language, summary

    @Test func aQuestionIsOpenUntilSomebodyAnswers() throws {
        let open = OpenQuestions.of(talk("Do you ship to Lisbon?", "> We do.", "Great. And how long? I am in no hurry", "¿Y el precio?"))
        #expect(open.map(\.text) == ["And how long?", "¿Y el precio?"])
        #expect(open.map { $0.cites.map(\.rawValue) } == [[3], [4]])
        #expect(OpenQuestions.of(talk("Do you ship?", "> We do.")) == [])
    }

    @Test(arguments: [
        ("Do you have the blue lamp? I need it for my desk", "en"),
        ("Haben Sie die Lampe auch in Blau, und wann kann ich sie haben?", "de"),
        ("Hola, quiero saber cuánto cuesta la lámpara, gracias", "es"), ("Bonjour, est-ce que vous avez la lampe en bleu, merci", "fr"),
        ("Olá, você tem a luminária azul? Obrigado", "pt"), ("Ciao, vorrei sapere quanto costa e quando arriva, grazie", "it"),
        ("Merhaba, bu lamba ne kadar, teşekkürler", "tr"), ("Dzień dobry, czy jest lampa niebieska i ile kosztuje", "pl"),
        ("Hebben jullie de lamp ook in het blauw, en wanneer", "nl"), ("Сколько стоит лампа?", "ru"),
        ("Скільки коштує ця лампа, і коли?", "uk"),
        ("بكم هذا المصباح؟", "ar"), ("这个灯多少钱", "zh"), ("このランプはいくらですか", "ja"), ("이 램프 얼마예요", "ko"), ("Πόσο κάνει;", "el")
    ])
    func aLanguageIsKnownByItsScriptOrItsSmallWords(text: String, code: String) {
        let found = language(talk(text, "> Danke, das ist nicht der Punkt und wir haben auch noch eine"))
        #expect(found == ContextLanguage(code: code, cites: [MessageID(rawValue: 1)]))
    }

    @Test(arguments: ["Ok", "12345", "👍", "", "Lumen Lisboa Porto Faro Braga Evora Tavira Lagos Sines de"])
    func aLanguageThatCannotBeToldIsNone(text: String) { #expect(language(talk(text)) == nil) }

    @Test func aSummaryIsOfWhatIsNotShownAndOfWhatComesBack() throws {
        let dent = "The blue lamp from your shop, the dent is big."
        let summary = try context(
            talk("The blue lamp has a dent.", "Nice weather today.", "> Which lamp is it?", dent, "one", "two", "three", "four")
        ).summary
        #expect(summary?.method == .extractive)
        #expect(summary?.lines.first?.text == "The blue lamp has a dent.")
        #expect(summary?.lines.allSatisfy { !["one", "two", "three", "four"].contains($0.text) && $0.cites.count == 1 } == true)
        #expect(try context(talk("one", "two")).summary == nil)
    }

    @Test func theSameTalkGivesTheSameBytes() throws {
        let talk = talk("My name is Mara.", "Where is it? By 12 March!", "> Soon.", "a", "b", "c", "When? www.lamps.example")
        let bytes = try FieldVisitor.write(context(talk))
        for _ in 0..<20 { #expect(try FieldVisitor.write(context(talk)) == bytes) }
    }

    @Test func everythingDerivedCitesMessagesThatAreThere() throws {
        let talk = talk(
            "My name is Mara. It was €25 on 2026-03-12.", "> Which lamp?", "The blue lamp", "is it", "d", "e", "Where is my blue lamp?")
        let known = Set(talk.flatMap(\.cites))
        let found = try context(talk)
        let cites =
            [found.language?.cites ?? []] + found.facts.map(\.cites) + found.openQuestions.map(\.cites)
            + (found.summary?.lines ?? []).map(\.cites)
            + found.lines.map(\.cites)
        #expect(found.language != nil && !found.facts.isEmpty && !found.openQuestions.isEmpty && found.summary != nil)
        #expect(cites.allSatisfy { !$0.isEmpty && known.isSuperset(of: $0) })
    }

    @Test func anAssistantSeesNoIdentifierInWhatIsDerivedAndADateIsNone() throws {
        let talk = talk("Call +49 170 5550042? Or mara@lamps.example, by 2026-03-12?", "a", "b", "c", "d")
        let text = try String(decoding: FieldVisitor.write(context(talk, for: .assistant)), as: UTF8.self)
        for needle in ["5550042", "mara@"] { #expect(!text.contains(needle)) }
        let facts = try context(talk, for: .assistant).facts
        #expect(facts.filter { $0.kind == .contact }.map(\.text) == ["•••", "•••"])
        #expect(facts.filter { $0.kind == .date }.map(\.text) == ["2026-03-12"])
        // Control.
        #expect(try String(decoding: FieldVisitor.write(context(talk)), as: UTF8.self).contains("5550042"))
    }

    @Test func whoMaySeeNoContactsIsToldNoName() throws {
        let talk = talk("My name is Mara")
        #expect(try context(talk).facts.map(\.kind) == [.name])
        #expect(try context(talk, masksContacts: true).facts == [])
    }
}
