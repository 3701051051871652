import Domain
import Wire

/// One thing that happened on a channel, in our own terms, whatever platform it came from.
public struct ChannelEvent: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// The person wrote.
        case message
        /// The business wrote, in the platform's own app or through its interface.
        case echo
        /// An assistant or agent of ours wrote (`replies.record`).
        case reply
        /// A message of the business was sent, delivered, read, or failed.
        case status
        /// Something we don't interpret yet: kept as it came, never given to an assistant.
        case other
    }

    public enum Status: String, WireWord { case sent, delivered, read, failed }
    public enum Author: String, WireWord { case assistant, agent }

    public var kind = Kind.message
    /// The platform's id of the message (mid, wamid), or the request key of a reply whose id isn't known yet.
    public var id = ""
    public var participant = ParticipantIdentity()
    /// By the platform's clock.
    public var sentAt = Timestamp()
    /// By ours.
    public var receivedAt = Timestamp()
    /// What the message is made of: `text`, `image`, `story_mention`, …, as the platform names it.
    public var type: String?
    public var text: String?
    public var author: Author?
    public var status: Status?
    /// The event as it came, where we don't interpret it all.
    public var raw: RawJSON?

    public init() {}

    public init(kind: Kind, id: String, participant: ParticipantIdentity, sentAt: Timestamp, receivedAt: Timestamp) {
        self.kind = kind
        self.id = id
        self.participant = participant
        self.sentAt = sentAt
        self.receivedAt = receivedAt
    }

    /// When it happened as far as an erasure is concerned: a sender's clock may be ahead, ours is not.
    public var happenedAt: Timestamp { min(sentAt, receivedAt) }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("id", &id, max: 512)
        fields.field("participant", &participant)
        fields.field("sentAt", &sentAt)
        fields.field("receivedAt", &receivedAt)
        fields.field("type", &type, max: 64)
        fields.field("text", &text, max: 65_536)
        fields.field("author", &author)
        fields.field("status", &status)
        fields.field("raw", &raw)
    }
}

/// All the names that one event gives for its person; at least one of the first three is there.
public struct ParticipantIdentity: Fields, Equatable {
    public var igsid: String?
    public var bsuid: String?
    public var phone: String?
    public var username: String?
    /// As the person calls themselves.
    public var name: String?

    public init() {}
    public init(igsid: String? = nil, bsuid: String? = nil, phone: String? = nil, username: String? = nil, name: String? = nil) {
        self.igsid = igsid
        self.bsuid = bsuid
        self.phone = phone
        self.username = username
        self.name = name
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("igsid", &igsid, max: 64)
        fields.field("bsuid", &bsuid, max: 160)
        fields.field("phone", &phone, max: 32)
        fields.field("username", &username, max: 160)
        fields.field("name", &name, max: 200)
    }

    /// The names that keep an erased person out, surest first (PLATFORM §3: BSUID before phone).
    public func identifyingAliases(on platform: Platform) -> [Alias] {
        var aliases: [Alias] = []
        if let igsid { aliases.append(Alias(platform, .igsid, igsid)) }
        if let bsuid { aliases.append(Alias(platform, .bsuid, bsuid)) }
        if let phone { aliases.append(Alias(platform, .phone, phone)) }
        return aliases
    }
}
