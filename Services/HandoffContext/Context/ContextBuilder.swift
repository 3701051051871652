import ConversationStoreContracts
import Domain
import HandoffContextContracts

/// Makes a context from a conversation: the same input gives the same bytes. What goes first into the budget, `HandoffContext` says.
///
/// What we don't interpret is never shown to an assistant.
struct ContextBuilder {
    /// Messages that come before everything that is derived.
    static let newestCount = 4

    let audience: ReadContext.Audience
    /// Phones, e-mail addresses and card numbers in texts become masks.
    let masksTexts: Bool
    /// The person's name, phone and username become masks.
    let masksContacts: Bool
    let tokenBudget: Int64

    /// nil when the budget doesn't even take what is given whole: the assistant's configuration and whom it talks with.
    /// - Parameter written: by a model; taken only while all that it was made of still stands as it did.
    func context(
        of id: ConversationID, _ conversation: ReadConversation.Response, assistant: Assistant?, written: WrittenSummary? = nil
    ) -> HandoffContext? {
        var context = HandoffContext()
        context.conversation = id
        context.assistant = assistant
        let person = participant(conversation.participant)
        context.participant = person
        var budget = ContextBudget(tokens: tokenBudget)
        guard budget.take([assistant?.name, assistant?.prompt, person.name, person.username, person.phone]) else { return nil }

        let hide = textMask(conversation)
        let talk = conversation.messages.compactMap(ContextBuilder.line)
        let said = talk.map(SaidLine.init)
        context.language = TalkLanguage.of(said)
        let (older, newest) = (talk.dropLast(ContextBuilder.newestCount), talk.suffix(ContextBuilder.newestCount))
        func shown(_ line: ContextLine) -> ContextLine { line.saying(hide(line.text)) }
        var lines = budget.fillCutting(newest.reversed().lazy.map(shown))
        context.openQuestions = budget.fill(OpenQuestions.of(talk).map(shown), \.text)
        context.fields = budget.fill(fields(conversation, assistant, hide), \.written)
        let facts = KeyFacts.of(said).filter { !masksContacts || $0.kind != .name }
        context.facts = budget.fill(facts.reversed().map { $0.shown(hide) }, \.text).reversed()
        let model = written.flatMap { $0.isOf(older) ? $0.lines : nil }
        let summary = budget.fill((model ?? Summary.of(older)).map(shown), \.text)
        if !summary.isEmpty { context.summary = ContextSummary(method: model == nil ? .extractive : .model, lines: summary) }
        lines += budget.fill(older.reversed().lazy.map(shown), \.text)
        context.lines = lines.reversed()
        context.omitted = Int64(talk.count - lines.count)
        return context
    }

    /// What a language model is asked for, of the part that a summary is about; nil where there is none.
    func question(about conversation: ReadConversation.Response) -> SummaryQuestion? {
        let older = conversation.messages.compactMap(ContextBuilder.line).dropLast(ContextBuilder.newestCount)
        return SummaryQuestion(about: older, hiding: textMask(conversation))
    }

    private func participant(_ participant: Participant) -> ContextParticipant {
        var result = ContextParticipant()
        result.id = participant.id
        result.name = masksTexts ? participant.name.map(IdentifierMask.masked) : participant.name
        if masksContacts {
            result.name = participant.name.map { _ in IdentifierMask.mask }
            return result
        }
        // An assistant needs to know how to address the person, not how to reach them.
        if audience == .human {
            result.username = participant.aliases.first { $0.kind == .username }?.value
            result.phone = participant.aliases.first { $0.kind == .phone }?.value
        }
        return result
    }

    /// A person may read all of them; an assistant is given what its configuration names.
    private func fields(
        _ conversation: ReadConversation.Response, _ assistant: Assistant?, _ hide: (String) -> String
    ) -> [ParticipantField] {
        let permitted = (conversation.fields ?? []).filter { audience == .human || assistant?.fields?.contains($0.name) == true }
        return permitted.map { field in
            var shown = field
            shown.text = field.text.map(hide)
            // A phone may be kept as a number.
            if let number = field.number, hide("\(number)") != "\(number)" { (shown.number, shown.text) = (nil, IdentifierMask.mask) }
            return shown
        }
    }

    /// What a text shows to whoever asked.
    private func textMask(_ conversation: ReadConversation.Response) -> (String) -> String {
        if masksContacts {
            let given = conversation.messages.filter { $0.author == .participant }.compactMap(\.text).flatMap(NamesGiven.in)
            let person = PersonMask(names: conversation.participant.names + given)
            return { person.masked($0) }
        }
        return masksTexts ? { IdentifierMask.masked($0) } : { $0 }
    }

    /// What was said in this conversation: not what happened to it, nor what was said in public or to a group.
    private static func isTalk(_ message: Message) -> Bool {
        switch message.kind {
        case .message, .echo, .reply, .postback: message.origin != .group
        case .edit, .unsend, .reaction, .read, .status, .referral, .comment, .preference, .identity, .template, .account, .other: false
        }
    }

    /// Its words, and those to its media on lines of their own.
    private static func line(_ message: Message) -> ContextLine? {
        let words = [message.text].compactMap(\.self) + (message.details?.attachments?.compactMap(\.caption) ?? [])
        guard isTalk(message), !words.isEmpty else { return nil }
        let author: ContextLine.Author =
            switch message.author {
            case .participant: .participant
            case .business: .business
            case .assistant: .assistant
            case .agent: .agent
            }
        return ContextLine(author: author, text: words.joined(separator: "\n"), at: message.sentAt, cites: [message.id])
    }
}

extension ParticipantField {
    /// As it counts against the budget.
    fileprivate var written: String { "\(name) \(text ?? number?.description ?? flag?.description ?? time?.rawValue.description ?? "")" }
}

extension ContextFact {
    /// A date is a date by its form, and is no way to reach anybody, though it may have as many digits as a phone.
    fileprivate func shown(_ hide: (String) -> String) -> ContextFact {
        kind == .date ? self : ContextFact(kind: kind, text: hide(text), at: at, cites: cites)
    }
}
