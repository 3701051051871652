import Domain
import Policy
import Wire

/// Adds events to conversations. Sent by intake for everything a channel delivered. A repeated event is stored once.
public struct AppendEvents: Keyed {
    public static let contract = Contract(
        "conversations.append", purpose: .provideService, writes: [.communication, .profile, .workspaceConfiguration],
        repeats: .deduplicated,
        deadlineMilliseconds: 5000, callers: [.intake])
    public static let countMax = 256

    /// Each event carries its own id; the key names the batch.
    public var key = RequestKey()
    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    public var account = Account()
    public var events: [ChannelEvent] = []

    public init() {}

    public init(key: RequestKey, workspace: WorkspaceID, channel: ChannelID, account: Account, events: [ChannelEvent]) {
        self.key = key
        self.workspace = workspace
        self.channel = channel
        self.account = account
        self.events = events
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("account", &account)
        fields.field("events", &events, max: AppendEvents.countMax)
    }

    public struct Response: Fields, Equatable {
        public var stored: Int64 = 0
        /// Known already.
        public var repeated: Int64 = 0
        /// Kept out: their person or message was erased.
        public var keptOut: Int64 = 0

        public init() {}
        public init(stored: Int64, repeated: Int64, keptOut: Int64) {
            self.stored = stored
            self.repeated = repeated
            self.keptOut = keptOut
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("stored", &stored, 0...Int64.max)
            fields.field("repeated", &repeated, 0...Int64.max)
            fields.field("keptOut", &keptOut, 0...Int64.max)
        }
    }

    public enum Refusal: String, RefusalReason {
        case workspaceTerminated
    }
}
