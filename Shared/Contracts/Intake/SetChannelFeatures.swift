import Domain
import Policy
import Wire

/// Turns on exactly these features of a channel, and off all others. The one gate for what a customer must have enabled (policy §7.1).
public struct SetChannelFeatures: WorkspaceRequest {
    public static let contract = Contract(
        "channels.setFeatures", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway],
        roles: [.owner, .admin, .operator])

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    public var features: [ChannelFeature] = []

    public init() {}

    public init(workspace: WorkspaceID, channel: ChannelID, features: [ChannelFeature]) {
        self.workspace = workspace
        self.channel = channel
        self.features = features
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("features", &features, max: ChannelFeature.countMax)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownChannel, channelEnded
    }
}

/// What a channel takes in only where its customer turned it on; off at first.
public enum ChannelFeature: String, WireWord, Hashable, Comparable {
    /// Comments, live comments and mentions.
    case comments
    /// The account's insights and the metrics of its media.
    case insights
    /// Chats from before the channel was connected.
    case history

    public static let countMax = 8

    public static func < (one: ChannelFeature, other: ChannelFeature) -> Bool { one.rawValue < other.rawValue }
}
