import Domain
import Policy
import Wire

/// How often what happened on which day. Numbers alone: no row of this is about one person.
public struct SummarizeEvents: AnyWorkspaceRequest {
    public static let contract = Contract(
        "events.summary", purpose: .improveProduct, reads: [.usage, .technical, .security], repeats: .harmless,
        callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .analyst, .operator])
    public static let countMax = 10_000

    /// Absent: all workspaces and the public website together.
    public var workspace: WorkspaceID?
    /// The days on which the two moments lie, UTC, and those in between.
    public var from = Timestamp()
    public var to = Timestamp()

    public init() {}
    public init(workspace: WorkspaceID? = nil, from: Timestamp, to: Timestamp) {
        self.workspace = workspace
        self.from = from
        self.to = to
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("from", &from)
        fields.field("to", &to)
    }

    public struct Response: Fields, Equatable {
        /// By day, category and kind.
        public var counts: [EventCount] = []

        public init() {}
        public init(counts: [EventCount]) { self.counts = counts }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("counts", &counts, max: SummarizeEvents.countMax) }
    }

    public enum Refusal: String, RefusalReason {
        /// More than fit into one answer: ask for fewer days.
        case tooMany
    }
}

public struct EventCount: Fields, Equatable {
    public enum Category: String, WireWord { case usage, technical, security }

    /// Its first moment, UTC.
    public var day = Timestamp()
    public var category = Category.usage
    public var kind = EventKind()
    public var count: Int64 = 0

    public init() {}
    public init(day: Timestamp, category: Category, kind: EventKind, count: Int64) {
        self.day = day
        self.category = category
        self.kind = kind
        self.count = count
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("day", &day)
        fields.field("category", &category)
        fields.field("kind", &kind)
        fields.field("count", &count, 0...Int64.max)
    }
}
