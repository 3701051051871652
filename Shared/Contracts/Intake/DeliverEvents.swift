import Domain
import Policy
import Wire

/// Takes in what a connector was told by its platform, in our own terms. It is taken as what the platform itself posts: each event once,
/// by whichever way it comes first, nothing of people who were erased, and what needs a feature only where the channel has it.
///
/// Events are on disk when it is answered. One that our contract doesn't fit turns all away, and nothing changes.
public struct DeliverEvents: WorkspaceRequest {
    public static let contract = Contract(
        "intake.deliver", purpose: .provideService, writes: [.communication, .profile, .workspaceConfiguration], repeats: .harmless,
        deadlineMilliseconds: 5000, callers: [.connector])
    public static let countMax = 256

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    /// `receivedAt` is ours, whatever it says. Replies of ours go by `replies.record`.
    public var events: [ChannelEvent] = []

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID, events: [ChannelEvent]) {
        self.workspace = workspace
        self.channel = channel
        self.events = events
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("events", &events, max: DeliverEvents.countMax)
    }

    public struct Response: Fields, Equatable {
        public var accepted: Int64 = 0
        /// Known already.
        public var repeated: Int64 = 0
        /// Kept out: their person was erased.
        public var keptOut: Int64 = 0
        /// Not taken in: the channel has the feature off that they need, or has ended meanwhile.
        public var dropped: Int64 = 0

        public init() {}
        public init(accepted: Int64, repeated: Int64, keptOut: Int64, dropped: Int64) {
            self.accepted = accepted
            self.repeated = repeated
            self.keptOut = keptOut
            self.dropped = dropped
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("accepted", &accepted, 0...Int64.max)
            fields.field("repeated", &repeated, 0...Int64.max)
            fields.field("keptOut", &keptOut, 0...Int64.max)
            fields.field("dropped", &dropped, 0...Int64.max)
        }
    }

    public enum Refusal: String, RefusalReason { case unknownChannel, channelEnded }
}
