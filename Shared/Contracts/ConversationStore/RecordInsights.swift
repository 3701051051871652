import Domain
import Policy
import Wire

/// Numbers about a channel's account or its media, as a connector fetched them: about nobody in particular. Taken only where the customer
/// has the feature on (policy §7.1). The same number again takes the former's place.
public struct RecordInsights: WorkspaceRequest {
    public static let contract = Contract(
        "insights.record", purpose: .provideService, writes: [.insights], repeats: .harmless, callers: [.connector])
    public static let countMax = 200

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    public var insights: [Insight] = []

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID, insights: [Insight]) {
        self.workspace = workspace
        self.channel = channel
        self.insights = insights
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("insights", &insights, max: RecordInsights.countMax)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason { case unknownChannel, channelEnded, featureOff }
}

/// One number of a span of time.
public struct Insight: Fields, Equatable {
    /// As the platform names it: `reach`, `follower_count`, `views`, …
    public var metric = ""
    /// The medium's id; absent for the whole account.
    public var media: String?
    public var value: Int64 = 0
    public var since = Timestamp()
    public var until = Timestamp()

    public init() {}
    public init(_ metric: String, media: String? = nil, value: Int64, since: Timestamp, until: Timestamp) {
        self.metric = metric
        self.media = media
        self.value = value
        self.since = since
        self.until = until
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("metric", &metric, min: 1, max: 64)
        fields.field("media", &media, min: 1, max: 64, of: .name)
        fields.field("value", &value, Int64.min...Int64.max)
        fields.field("since", &since)
        fields.field("until", &until)
    }
}
