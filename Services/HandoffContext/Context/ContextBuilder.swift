import ConversationStoreContracts
import Domain
import HandoffContextContracts

/// Makes a context from a conversation: the same input gives the same bytes.
///
/// The newest messages come first into the budget, the lines go out oldest first. What we don't interpret is never shown to an assistant.
struct ContextBuilder {
    static let bytesPerToken: Int64 = 4

    let audience: ReadContext.Audience
    /// Phones, e-mail addresses and card numbers in texts become masks.
    let masksTexts: Bool
    /// The person's name, phone and username become masks.
    let masksContacts: Bool
    let tokenBudget: Int64

    func context(of id: ConversationID, _ conversation: ReadConversation.Response, assistant: Assistant?) -> HandoffContext {
        var context = HandoffContext()
        context.conversation = id
        context.assistant = assistant
        context.participant = participant(conversation.participant)
        let hide = textMask(conversation.participant)
        let lines = conversation.messages.compactMap { line($0, hide) }
        var left = tokenBudget * ContextBuilder.bytesPerToken - Int64(assistant?.prompt.utf8.count ?? 0)
        var kept: [ContextLine] = []
        for line in lines.reversed() {
            left -= Int64(line.text.utf8.count)
            if left < 0 { break }
            kept.append(line)
        }
        context.lines = kept.reversed()
        context.omitted = Int64(lines.count - kept.count)
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

    /// What was said in this conversation: not what happened to it, nor what was said in public or to a group.
    private static func isTalk(_ message: Message) -> Bool {
        switch message.kind {
        case .message, .echo, .reply, .postback: message.origin != .group
        case .edit, .unsend, .reaction, .read, .status, .referral, .comment, .preference, .identity, .template, .account, .other: false
        }
    }

    /// What a text shows to whoever asked.
    private func textMask(_ participant: Participant) -> (String) -> String {
        if masksContacts {
            let person = PersonMask(names: participant.names)
            return { person.masked($0) }
        }
        return masksTexts ? { IdentifierMask.masked($0) } : { $0 }
    }

    private func line(_ message: Message, _ shown: (String) -> String) -> ContextLine? {
        guard ContextBuilder.isTalk(message), let text = message.text else { return nil }
        let author: ContextLine.Author =
            switch message.author {
            case .participant: .participant
            case .business: .business
            case .assistant: .assistant
            case .agent: .agent
            }
        return ContextLine(author: author, text: shown(text), at: message.sentAt, cites: [message.id])
    }
}
