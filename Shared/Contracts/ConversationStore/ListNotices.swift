import Domain
import Policy
import Wire

/// What a channel was told that concerns no person: template statuses, the account itself, its own comments. The newest first.
public struct ListNotices: WorkspaceRequest {
    public static let contract = Contract(
        "channels.notices", purpose: .provideService, reads: [.workspaceConfiguration, .communication], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .manager, .agent])
    public static let countMax: Int64 = 100

    public var workspace = WorkspaceID()
    public var channel: ChannelID?
    public var limit: Int64 = 0
    /// Only notices older than this one.
    public var before: NoticeID?

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID? = nil, limit: Int64, before: NoticeID? = nil) {
        self.workspace = workspace
        self.channel = channel
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("limit", &limit, 1...ListNotices.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var notices: [Notice] = []

        public init() {}
        public init(notices: [Notice]) { self.notices = notices }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("notices", &notices, max: Int(ListNotices.countMax))
        }
    }
}

/// One event that names nobody.
public struct Notice: Fields, Equatable {
    public var id = NoticeID()
    public var channel = ChannelID()
    public var kind = ChannelEvent.Kind.template
    public var type = ""
    public var text: String?
    public var at = Timestamp()
    public var details: EventDetails?
    /// The event as it came, where we don't take over all of it.
    public var raw: RawJSON?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("channel", &channel)
        fields.field("kind", &kind)
        fields.field("type", &type, max: 64)
        fields.field("text", &text, max: 65_536)
        fields.field("at", &at)
        fields.field("details", &details)
        fields.field("raw", &raw)
    }
}

public struct NoticeID: NumberIdentifier {
    public var rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
}
