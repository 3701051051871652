import Domain
import Wire

/// One line, and the messages that it was made from.
public struct ContextLine: Fields, Equatable {
    public enum Author: String, WireWord {
        case participant, business, assistant, agent
        /// The language model that a workspace plugged in: nobody said it.
        case model
    }

    public var author = Author.participant
    public var text = ""
    public var at = Timestamp()
    public var cites: [MessageID] = []

    public init() {}
    public init(author: Author, text: String, at: Timestamp, cites: [MessageID]) {
        self.author = author
        self.text = text
        self.at = at
        self.cites = cites
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("author", &author)
        fields.field("text", &text, max: 65_536)
        fields.field("at", &at)
        fields.field("cites", &cites, max: 200)
    }
}

/// What was said before the messages that are shown.
public struct ContextSummary: Fields, Equatable {
    public enum Method: String, WireWord {
        /// Sentences of the talk itself, picked by how often their words come back; nobody has understood them.
        case extractive
        /// Written by the language model that the workspace plugged in (`Summariser`), from what the assistant may see.
        case model
    }

    public var method = Method.extractive
    public var lines: [ContextLine] = []

    public init() {}
    public init(method: Method, lines: [ContextLine]) {
        self.method = method
        self.lines = lines
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("method", &method)
        fields.field("lines", &lines, max: 20)
    }
}

/// Something that was said and is easily overlooked, found by how it is written.
public struct ContextFact: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// As the person says that they are called.
        case name
        case amount, date, link
        /// How the person says that they are reached.
        case contact
    }

    public var kind = Kind.name
    public var text = ""
    /// When it was said first.
    public var at = Timestamp()
    public var cites: [MessageID] = []

    public init() {}
    public init(kind: Kind, text: String, at: Timestamp, cites: [MessageID]) {
        self.kind = kind
        self.text = text
        self.at = at
        self.cites = cites
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("text", &text, max: 4096)
        fields.field("at", &at)
        fields.field("cites", &cites, max: 200)
    }
}

/// Which language the person writes.
public struct ContextLanguage: Fields, Equatable {
    /// ISO 639-1.
    public var code = ""
    public var cites: [MessageID] = []

    public init() {}
    public init(code: String, cites: [MessageID]) {
        self.code = code
        self.cites = cites
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("code", &code, min: 2, max: 8)
        fields.field("cites", &cites, max: 200)
    }
}
