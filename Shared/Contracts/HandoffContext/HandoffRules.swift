import Wire

/// When a workspace wants a person instead of its assistant. What is left out asks for nobody.
public struct HandoffRules: Fields, Equatable {
    public static let keywordCountMax = 200
    public static let commentCountMax = 50

    public var keywords: [KeywordRule] = []
    public var comments: [CommentRule] = []
    /// Listens for people who ask for a person, in the languages that we have phrases for; how urgent that is.
    public var personAsked: HandoffPriority?
    public var unanswered: UnansweredRule?
    /// In percent: an assistant that is less sure of its answer gets a person when it asks for one, and a surer one doesn't.
    public var confidenceBelow: Int64?
    /// Outside them nobody is waited for: what a rule asks for counts from the next opening. Absent: always open.
    public var openingHours: OpeningHours?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("keywords", &keywords, max: HandoffRules.keywordCountMax)
        fields.field("comments", &comments, max: HandoffRules.commentCountMax)
        fields.field("personAsked", &personAsked)
        fields.field("unanswered", &unanswered)
        fields.field("confidenceBelow", &confidenceBelow, 0...100)
        fields.field("openingHours", &openingHours)
    }
}

/// Words that a person says. Compared word by word, without regard to case and accents; in scripts without blanks anywhere in the text.
public struct KeywordRule: Fields, Equatable {
    public static let phraseLengthMax = 100

    public var phrase = ""
    public var priority = HandoffPriority.normal

    public init() {}
    public init(phrase: String, priority: HandoffPriority) {
        self.phrase = phrase
        self.priority = priority
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("phrase", &phrase, min: 1, max: KeywordRule.phraseLengthMax)
        fields.field("priority", &priority)
    }
}

/// Comments in public, of all that a channel takes in.
public struct CommentRule: Fields, Equatable {
    /// Absent: whatever the comment says.
    public var phrase: String?
    /// The platform's id of the medium; absent: under any.
    public var media: String?
    public var priority = HandoffPriority.normal

    public init() {}
    public init(phrase: String? = nil, media: String? = nil, priority: HandoffPriority) {
        self.phrase = phrase
        self.media = media
        self.priority = priority
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("phrase", &phrase, min: 1, max: KeywordRule.phraseLengthMax)
        fields.field("media", &media, min: 1, max: 512)
        fields.field("priority", &priority)
    }
}

/// A person has written, and neither assistant nor anybody else has answered for so long, counted within the opening hours.
public struct UnansweredRule: Fields, Equatable {
    public static let minutesMax: Int64 = 10_080

    public var minutes: Int64 = 0
    public var priority = HandoffPriority.normal

    public init() {}
    public init(minutes: Int64, priority: HandoffPriority) {
        self.minutes = minutes
        self.priority = priority
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("minutes", &minutes, 1...UnansweredRule.minutesMax)
        fields.field("priority", &priority)
    }
}

/// When people are there, by the clocks of one place.
public struct OpeningHours: Fields, Equatable {
    /// As the time zone database names it: `Europe/Lisbon`.
    public var zone = ""
    public var spans: [OpeningSpan] = []

    public init() {}
    public init(zone: String, spans: [OpeningSpan]) {
        self.zone = zone
        self.spans = spans
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("zone", &zone, min: 1, max: 64)
        fields.field("spans", &spans, max: 70)
    }
}

public enum Weekday: String, WireWord {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
}

/// From one minute of a day to another, the latter not included; nobody works past midnight in one span.
public struct OpeningSpan: Fields, Equatable {
    public static let minutesADay: Int64 = 1440

    public var day = Weekday.monday
    public var opensMinute: Int64 = 0
    public var closesMinute: Int64 = 0

    public init() {}
    public init(_ day: Weekday, opensMinute: Int64, closesMinute: Int64) {
        self.day = day
        self.opensMinute = opensMinute
        self.closesMinute = closesMinute
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("day", &day)
        fields.field("opensMinute", &opensMinute, 0...OpeningSpan.minutesADay)
        fields.field("closesMinute", &closesMinute, 0...OpeningSpan.minutesADay)
    }
}
