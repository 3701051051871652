import Domain
import Policy
import Wire

/// A channel's insights of a span of time, in the order of their times; those that begin in it.
public struct ReadInsights: WorkspaceRequest {
    public static let contract = Contract(
        "insights.read", purpose: .provideService, reads: [.insights], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager])
    public static let countMax = 500

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    public var since = Timestamp()
    public var until = Timestamp()
    /// Only this one.
    public var metric: String?
    /// How many to leave out: those that came before.
    public var offset: Int64 = 0

    public init() {}
    public init(
        workspace: WorkspaceID, channel: ChannelID, since: Timestamp, until: Timestamp, metric: String? = nil, offset: Int64 = 0
    ) {
        self.workspace = workspace
        self.channel = channel
        self.since = since
        self.until = until
        self.metric = metric
        self.offset = offset
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("since", &since)
        fields.field("until", &until)
        fields.field("metric", &metric, min: 1, max: 64, of: .name)
        fields.field("offset", &offset, 0...Int64.max)
    }

    public struct Response: Fields, Equatable {
        public var insights: [Insight] = []

        public init() {}
        public init(insights: [Insight]) { self.insights = insights }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("insights", &insights, max: ReadInsights.countMax) }
    }
}
