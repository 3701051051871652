import Domain
import Policy
import Wire

/// What came in signed but could not be taken, or not be stored in the end. Without content.
public struct ListQuarantine: Request {
    public static let contract = Contract(
        "quarantine.list", purpose: .maintainSecurity, reads: [.security], repeats: .harmless, callers: [.operator], roles: [.operator])
    public static let countMax = 200

    /// Entries with a higher id follow; 0 for the first.
    public var after: Int64 = 0

    public init() {}
    public init(after: Int64) { self.after = after }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("after", &after, 0...Int64.max) }

    public struct Response: Fields, Equatable {
        public var entries: [Entry] = []

        public init() {}
        public init(entries: [Entry]) { self.entries = entries }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("entries", &entries, max: ListQuarantine.countMax) }
    }

    public struct Entry: Fields, Equatable {
        public enum Reason: String, WireWord {
            case unknownChannel, unreadable, unsupported
            /// Taken and acknowledged, but conversation-store would not have it: parked, so that what came behind it goes on.
            case refused
        }

        public var id: Int64 = 0
        public var platform = Platform.instagram
        public var reason = Reason.unreadable
        /// Whose it is, where that is known.
        public var channel: ChannelID?
        public var bytes: Int64 = 0
        public var receivedAt = Timestamp()
        public var expiresAt = Timestamp()

        public init() {}
        public init(
            id: Int64, platform: Platform, reason: Reason, channel: ChannelID?, bytes: Int64, receivedAt: Timestamp, expiresAt: Timestamp
        ) {
            self.id = id
            self.platform = platform
            self.reason = reason
            self.channel = channel
            self.bytes = bytes
            self.receivedAt = receivedAt
            self.expiresAt = expiresAt
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("id", &id, 0...Int64.max)
            fields.field("platform", &platform)
            fields.field("reason", &reason)
            fields.field("channel", &channel)
            fields.field("bytes", &bytes, 0...Int64.max)
            fields.field("receivedAt", &receivedAt)
            fields.field("expiresAt", &expiresAt)
        }
    }
}
