import ConversationStoreContracts
import Domain
import HandoffContextContracts
import TestKit
import Testing

@testable import HandoffContextService

/// What of a context fits into how many tokens.
@Suite struct ContextBudgetTests {
    private static let assistant = Assistant(name: "Lumi", prompt: "Be kind.")

    /// Texts of one person and, behind `> `, of the assistant; oldest first.
    private func conversation(_ texts: [String], name: String? = nil) -> ReadConversation.Response {
        var conversation = ReadConversation.Response()
        conversation.participant.name = name
        conversation.messages = texts.enumerated().map { index, text in
            var message = Message()
            message.id = MessageID(rawValue: Int64(index) + 1)
            message.type = "text"
            message.text = text.hasPrefix("> ") ? String(text.dropFirst(2)) : text
            message.author = text.hasPrefix("> ") ? .assistant : .participant
            return message
        }
        return conversation
    }

    private func context(
        _ conversation: ReadConversation.Response, _ tokens: Int64, assistant: Assistant? = nil,
        for audience: ReadContext.Audience = .human
    ) -> HandoffContext? {
        ContextBuilder(audience: audience, masksTexts: audience == .assistant, masksContacts: false, tokenBudget: tokens)
            .context(of: ConversationID(rawValue: 1), conversation, assistant: assistant)
    }

    // MARK: The order

    /// As the contract says: newest messages, open questions, facts, summary, older messages.
    @Test func whatIsNeededMostComesFirst() throws {
        let talk = conversation(["The blue lamp has a dent.", "My name is Mara and it was €25", "aaaa", "> bbbb", "cccc", "Do you ship?"])
        func parts(_ bytes: Int64) throws -> [String] {
            let found = try #require(context(talk, bytes / 4))
            return found.lines.map(\.text) + found.openQuestions.map(\.text) + found.facts.map(\.text)
                + (found.summary?.lines.map(\.text) ?? [])
        }
        let newest = ["aaaa", "bbbb", "cccc", "Do you ship?"]
        #expect(try parts(20) == ["bbbb", "cccc", "Do you ship?"])
        #expect(try parts(24) == newest)
        #expect(try parts(36) == newest + ["Do you ship?"])
        // Of the facts the newest first: the amount (5 bytes) before the name (4).
        #expect(try parts(44) == newest + ["Do you ship?", "€25"])
        #expect(try parts(48) == newest + ["Do you ship?", "Mara", "€25"])
        #expect(try parts(48 + 28).last == "The blue lamp has a dent.")
        #expect(try #require(context(talk, 1000)).lines.count == 6)
    }

    @Test func theNewestMessageThatDoesNotFitIsBegun() throws {
        let talk = conversation(["first of all", "Grüße aus Köln"])
        #expect(try #require(context(talk, 3)).lines.map(\.text) == ["Grüße a…"])
        #expect(try #require(context(talk, 3)).omitted == 1)
        #expect(try #require(context(talk, 4)).lines.map(\.text) == ["Grüße aus K…"])
        #expect(try #require(context(talk, 6)).lines.map(\.text) == ["firs…", "Grüße aus Köln"])
        // A mark alone tells nobody anything.
        #expect(try #require(context(conversation(["Ünder"]), 1)).lines == [])
    }

    /// Cutting is behind masking: half a number would not be known as one.
    @Test func aMessageThatIsCutShowsNoIdentifier() throws {
        let talk = conversation(["call +49 170 5550042 today"])
        for tokens in 1...8 as ClosedRange<Int64> {
            let text = try #require(context(talk, tokens, for: .assistant)).lines.first?.text ?? ""
            #expect(!text.contains { $0.isNumber }, "\(tokens) tokens: \(text)")
        }
        // Control.
        #expect(context(talk, 5)?.lines.first?.text.contains("+49") == true)
    }

    @Test func whatIsGivenWholeCountsAndIsNeverCut() throws {
        let talk = conversation(["aaaa", "bbbb"], name: "Mara")
        // Name 4, prompt 8, person 4.
        #expect(context(talk, 3, assistant: Self.assistant) == nil)
        #expect(try #require(context(talk, 4, assistant: Self.assistant)).lines == [])
        let found = try #require(context(talk, 5, assistant: Self.assistant))
        #expect(found.lines.map(\.text) == ["bbbb"] && found.assistant == Self.assistant && found.participant.name == "Mara")
    }

    // MARK: Properties

    private static let phrases = [
        "Where is it?", "My name is Mara Ødegård.", "It was €25 on 12 March, and the lamp is blue.", "www.lamps.example", "ok", "",
        "The blue lamp has a dent. The dent is big!", "¿Cuánto cuesta la lámpara azul?", "call +49 170 5550042", "👍🏽 ذلك 这个多少钱？",
        String(repeating: "a long story about a lamp ", count: 12)
    ]

    private static let budgets: [Int64] = Array(1...60) + Array(stride(from: 63, through: 500, by: 7))

    private func randomTalk(_ seed: UInt64) -> ReadConversation.Response {
        var random = SeededGenerator(seed: seed)
        let texts = (0..<Int.random(in: 1...20, using: &random)).map { _ in
            (Int.random(in: 0...3, using: &random) == 0 ? "> " : "") + Self.phrases[Int.random(in: Self.phrases.indices, using: &random)]
        }
        return conversation(texts, name: Bool.random(using: &random) ? nil : "Mara")
    }

    /// Every text in a context, counted without the builder.
    private func bytes(_ context: HandoffContext) -> Int64 {
        let person = context.participant
        let texts =
            [context.assistant?.name, context.assistant?.prompt, person.name, person.username, person.phone]
            + (context.lines + context.openQuestions + (context.summary?.lines ?? [])).map(\.text) + context.facts.map(\.text)
        return texts.reduce(0) { $0 + Int64($1?.utf8.count ?? 0) }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func noBudgetIsEverExceeded(seed: UInt64) {
        let talk = randomTalk(seed)
        for tokens in ContextBudgetTests.budgets {
            guard let found = context(talk, tokens, assistant: Self.assistant) else { continue }
            #expect(bytes(found) <= tokens * ContextBudget.bytesPerToken)
        }
        // Control: there is more to be had than the smallest budget takes.
        #expect(context(talk, 10_000, assistant: Self.assistant).map(bytes) ?? 0 >= 12)
    }

    /// One token more never costs a part, or an item of it, that was there before.
    @Test(arguments: 0..<8 as Range<UInt64>) func aGreaterBudgetGivesAllThatASmallerOneGave(seed: UInt64) {
        let talk = randomTalk(seed)
        var before = HandoffContext()
        for tokens in ContextBudgetTests.budgets {
            guard let found = context(talk, tokens) else { continue }
            #expect(has(found.openQuestions, before.openQuestions) && has(found.lines, before.lines))
            #expect(has(found.summary?.lines ?? [], before.summary?.lines ?? []))
            #expect(before.facts.allSatisfy(found.facts.contains))
            #expect(found.language == before.language || before.conversation == ConversationID())
            before = found
        }
    }

    /// Whether all lines of a smaller budget are there, one of them longer perhaps.
    private func has(_ lines: [ContextLine], _ fewer: [ContextLine]) -> Bool {
        fewer.allSatisfy { line in
            let beginning = line.text.hasSuffix("…") ? String(line.text.dropLast()) : line.text
            return lines.contains { $0.cites == line.cites && $0.text.hasPrefix(beginning) }
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>) func theLinesAreTheEndOfTheTalkWithoutAGap(seed: UInt64) {
        let talk = randomTalk(seed)
        for tokens in ContextBudgetTests.budgets {
            guard let found = context(talk, tokens) else { continue }
            let (cited, count) = (found.lines.flatMap(\.cites).map(\.rawValue), Int64(talk.messages.count))
            #expect(cited == Array((count - Int64(cited.count) + 1)..<(count + 1)))
            #expect(found.omitted == count - Int64(cited.count))
        }
    }
}
