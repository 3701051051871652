import Domain
import Policy
import Wire

/// Says what opens a channel's own door, `/webhooks/channels/<channel>`, from now on. For a rotation what opened it before stays valid
/// until the provider presents the new one: then the same request again, without `keepsFormer`.
public struct SetChannelCredential: WorkspaceRequest {
    public static let contract = Contract(
        "channels.setCredential", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .operator])
    /// Live credentials of one channel: each costs a look at every delivery.
    public static let countMax = 9

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    public var credential = WebhookCredential()
    public var keepsFormer = false

    public init() {}

    public init(workspace: WorkspaceID, channel: ChannelID, credential: WebhookCredential, keepsFormer: Bool) {
        self.workspace = workspace
        self.channel = channel
        self.credential = credential
        self.keepsFormer = keepsFormer
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("credential", &credential)
        fields.field("keepsFormer", &keepsFormer)
    }

    public struct Response: Fields, Equatable {
        /// How many open the door now.
        public var live: Int64 = 0

        public init() {}
        public init(live: Int64) { self.live = live }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("live", &live, 1...Int64(SetChannelCredential.countMax)) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownChannel, channelEnded
        /// As many as may be are live: end the former rotation first.
        case tooManyCredentials
    }
}
