import Domain
import Policy
import Wire

/// A workspace's channels, also those that have ended, each with the attestation that it was connected on. In the order of their ids.
public struct ListChannels: WorkspaceRequest {
    public static let contract = Contract(
        "channels.list", purpose: .provideService, reads: [.account, .workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager, .operator])
    public static let countMax = 200

    public var workspace = WorkspaceID()
    /// Channels behind this one follow; absent for the first page.
    public var after: ChannelID?

    public init() {}
    public init(workspace: WorkspaceID, after: ChannelID? = nil) {
        self.workspace = workspace
        self.after = after
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("after", &after)
    }

    public struct Response: Fields, Equatable {
        public var channels: [Entry] = []

        public init() {}
        public init(channels: [Entry]) { self.channels = channels }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("channels", &channels, max: ListChannels.countMax) }
    }

    public struct Entry: Fields, Equatable {
        public var channel = ChannelID()
        public var account = Account()
        public var business: String?
        public var features: [ChannelFeature] = []
        /// What opens the channel's own door: how many, never what.
        public var credentials: Int64 = 0
        public var connectedAt = Timestamp()
        public var endedAt: Timestamp?
        /// When all that came by the channel is to be erased, unless its account is connected again.
        public var erasureDueAt: Timestamp?
        public var attestation = Attestation()

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("channel", &channel)
            fields.field("account", &account)
            fields.field("business", &business, max: 64)
            fields.field("features", &features, max: ChannelFeature.countMax)
            fields.field("credentials", &credentials, 0...Int64(SetChannelCredential.countMax))
            fields.field("connectedAt", &connectedAt)
            fields.field("endedAt", &endedAt)
            fields.field("erasureDueAt", &erasureDueAt)
            fields.field("attestation", &attestation)
        }
    }
}
