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
    func context(of id: ConversationID, _ conversation: ReadConversation.Response, assistant: Assistant?) -> HandoffContext? {
        var context = HandoffContext()
        context.conversation = id
        context.assistant = assistant
        let person = participant(conversation.participant)
        context.participant = person
        var budget = ContextBudget(tokens: tokenBudget)
        guard budget.take([assistant?.name, assistant?.prompt, person.name, person.username, person.phone]) else { return nil }

        let hide = textMask(conversation)
        let talk = conversation.messages.compactMap(ContextBuilder.line)
        context.language = TalkLanguage.of(talk)
        let (older, newest) = (talk.dropLast(ContextBuilder.newestCount), talk.suffix(ContextBuilder.newestCount))
        func shown(_ line: ContextLine) -> ContextLine { line.saying(hide(line.text)) }
        var lines = budget.fillCutting(newest.reversed().lazy.map(shown))
        context.openQuestions = budget.fill(OpenQuestions.of(talk).map(shown), \.text)
        let facts = KeyFacts.of(talk).filter { !masksContacts || $0.kind != .name }
        context.facts = budget.fill(facts.reversed().map { $0.shown(hide) }, \.text).reversed()
        let summary = budget.fill(Summary.of(older).map(shown), \.text)
        if !summary.isEmpty { context.summary = ContextSummary(method: .extractive, lines: summary) }
        lines += budget.fill(older.reversed().lazy.map(shown), \.text)
        context.lines = lines.reversed()
        context.omitted = Int64(talk.count - lines.count)
        return context
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

    private static func line(_ message: Message) -> ContextLine? {
        guard isTalk(message), let text = message.text else { return nil }
        let author: ContextLine.Author =
            switch message.author {
            case .participant: .participant
            case .business: .business
            case .assistant: .assistant
            case .agent: .agent
            }
        return ContextLine(author: author, text: text, at: message.sentAt, cites: [message.id])
    }
}

extension ContextFact {
    /// A date is a date by its form, and is no way to reach anybody, though it may have as many digits as a phone.
    fileprivate func shown(_ hide: (String) -> String) -> ContextFact {
        kind == .date ? self : ContextFact(kind: kind, text: hide(text), at: at, cites: cites)
    }
}
