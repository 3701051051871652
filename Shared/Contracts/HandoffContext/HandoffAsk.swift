import Domain
import Wire

/// Who carries a conversation on.
public enum HandoffState: String, WireWord {
    /// The assistant.
    case bot
    /// The assistant, until a person takes it over.
    case waiting
    /// A person, and nobody else.
    case human
    /// Nobody, until the person writes again.
    case closed
}

/// Why a person of the customer's is needed.
public enum HandoffReason: String, WireWord {
    /// The person wants to talk with somebody.
    case personAsked
    /// A word that the workspace listens for.
    case keyword
    /// A comment of the kind that the workspace answers itself.
    case comment
    /// Nobody has answered for longer than the workspace allows.
    case unanswered
    /// The assistant is not sure enough.
    case lowConfidence
    /// The person's data is stored and not processed: no assistant is given it.
    case restricted
    /// What one of the customer's people, or the assistant, knows.
    case other
}

public enum HandoffPriority: String, WireWord, Comparable {
    case low, normal, high, urgent

    public var rank: Int64 {
        switch self {
        case .low: 0
        case .normal: 1
        case .high: 2
        case .urgent: 3
        }
    }

    public static func < (one: HandoffPriority, other: HandoffPriority) -> Bool { one.rank < other.rank }
}

/// Who found that a person is needed.
public enum HandoffAsker: String, WireWord {
    /// A rule of the workspace.
    case rule
    case assistant
    /// Whom the conversation is with.
    case person
    /// One of the customer's people.
    case agent
}

/// That a person is asked for: why, how urgently, since when. No words of anybody: what was said stands in the conversation.
public struct HandoffAsk: Fields, Hashable {
    public var asker = HandoffAsker.rule
    public var reason = HandoffReason.other
    public var priority = HandoffPriority.normal
    public var since = Timestamp()
    /// What led to it, where it was a message.
    public var message: MessageID?

    public init() {}
    public init(asker: HandoffAsker, reason: HandoffReason, priority: HandoffPriority, since: Timestamp, message: MessageID? = nil) {
        self.asker = asker
        self.reason = reason
        self.priority = priority
        self.since = since
        self.message = message
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("asker", &asker)
        fields.field("reason", &reason)
        fields.field("priority", &priority)
        fields.field("since", &since)
        fields.field("message", &message)
    }
}

/// The signed right to answer in a conversation, for `replies.record`.
public struct GivenLease: Fields, Equatable {
    /// A secret: whoever holds it, and is the member that it names, may answer.
    public var text = ""
    public var expiresAt = Timestamp()

    public init() {}
    public init(text: String, expiresAt: Timestamp) {
        self.text = text
        self.expiresAt = expiresAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("text", &text, max: 1024)
        fields.field("expiresAt", &expiresAt)
    }
}
