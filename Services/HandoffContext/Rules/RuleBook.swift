import ConversationStoreContracts
import Domain
import HandoffContextContracts

/// A workspace's rules, ready to be asked.
struct RuleBook: Sendable {
    let rules: HandoffRules
    /// nil: always open.
    private let open: OpenTime?
    private let keywords: [(phrase: FoldedText, priority: HandoffPriority)]
    private let comments: [(phrase: FoldedText?, media: String?, priority: HandoffPriority)]

    /// Why rules can't be kept; each is a refusal of `rules.set`.
    enum Problem: Error, Equatable { case phraseEmpty, unknownZone, hoursInvalid }

    /// As somebody sets them.
    static func checked(_ rules: HandoffRules) throws(Problem) -> RuleBook {
        var open: OpenTime?
        if let hours = rules.openingHours {
            let zone: TimeZoneFile
            do { zone = try TimeZoneFile.named(hours.zone) } catch { throw .unknownZone }
            do { open = try OpenTime(hours, zone) } catch { throw .hoursInvalid }
        }
        let book = RuleBook(rules, open)
        guard !book.keywords.contains(where: { $0.phrase.isEmpty }), !book.comments.contains(where: { $0.phrase?.isEmpty == true }) else {
            throw .phraseEmpty
        }
        return book
    }

    /// As they were kept: good when they were set. Should the machine have lost a zone since, a workspace is open always, and nobody else's
    /// feed waits for that.
    static func kept(_ rules: HandoffRules) -> RuleBook {
        do throws(Problem) { return try checked(rules) } catch { return RuleBook(rules, nil) }
    }

    private init(_ rules: HandoffRules, _ open: OpenTime?) {
        self.rules = rules
        self.open = open
        keywords = rules.keywords.map { (FoldedText($0.phrase), $0.priority) }
        comments = rules.comments.map { ($0.phrase.map(FoldedText.init), $0.media, $0.priority) }
    }

    /// Whether what was said has to be read.
    func listens(to change: ConversationChange.Kind) -> Bool {
        switch change {
        case .messageReceived: rules.personAsked != nil || !keywords.isEmpty
        case .activityRecorded: !comments.isEmpty
        case .messageSent, .messageWithdrawn, .statusChanged: false
        }
    }

    /// What a message of a person leads to.
    func ask(for message: Message, at time: Timestamp) -> HandoffAsk? {
        guard message.author == .participant, message.origin == nil else { return nil }
        switch message.kind {
        case .message, .postback: return askOfWords(message, time)
        case .comment: return askOfComment(message, time)
        case .echo, .reply, .edit, .unsend, .reaction, .read, .status, .referral, .preference, .identity, .template, .account, .other:
            return nil
        }
    }

    /// What it leads to that a person's words have waited since `time`, and from when; nil where nobody minds.
    func unanswered(since time: Timestamp) -> HandoffAsk? {
        guard let rule = rules.unanswered else { return nil }
        let due = after(milliseconds: rule.minutes * 60_000, from: time)
        return HandoffAsk(asker: .rule, reason: .unanswered, priority: rule.priority, since: due)
    }

    /// Whether an assistant that is so sure needs no person.
    func isSureEnough(_ confidence: Int64) -> Bool { rules.confidenceBelow.map { confidence >= $0 } ?? false }

    private func askOfWords(_ message: Message, _ time: Timestamp) -> HandoffAsk? {
        let text = FoldedText(message.text ?? "")
        var asks = keywords.filter { text.contains($0.phrase) }.map { ask(.rule, .keyword, $0.priority, message, time) }
        if let priority = rules.personAsked, PersonPhrases.isAsked(in: text) {
            asks.append(ask(.person, .personAsked, priority, message, time))
        }
        return asks.reduce(nil) { $0?.joined(with: $1) ?? $1 }
    }

    private func askOfComment(_ message: Message, _ time: Timestamp) -> HandoffAsk? {
        let text = FoldedText(message.text ?? "")
        let asks = comments.filter { rule in
            (rule.phrase.map(text.contains) ?? true) && (rule.media.map { $0 == message.details?.comment?.media } ?? true)
        }.map { ask(.rule, .comment, $0.priority, message, time) }
        return asks.reduce(nil) { $0?.joined(with: $1) ?? $1 }
    }

    private func ask(
        _ asker: HandoffAsker, _ reason: HandoffReason, _ priority: HandoffPriority, _ message: Message, _ time: Timestamp
    ) -> HandoffAsk {
        HandoffAsk(asker: asker, reason: reason, priority: priority, since: opening(from: time), message: message.id)
    }

    /// From when an ask of that time counts.
    func opening(from time: Timestamp) -> Timestamp { open?.opening(from: time) ?? time }

    private func after(milliseconds: Int64, from time: Timestamp) -> Timestamp {
        open?.after(milliseconds: milliseconds, from: time) ?? time.adding(milliseconds: milliseconds)
    }
}
