import Wire

/// One thing that happened on a channel, in our own terms, whatever platform it came from.
///
/// A plain text message has who, when and its text, and nothing else crosses the wire. What other kinds say beyond that is in `details`;
/// what we don't interpret stays in `raw`: people may see it, an assistant is never given it.
public struct ChannelEvent: Fields, Equatable {
    public enum Kind: String, WireWord, Hashable {
        /// The person wrote.
        case message
        /// The business wrote, in the platform's own app or through its interface.
        case echo
        /// An assistant or agent of ours wrote (`replies.record`).
        case reply
        /// `details.target` reads otherwise now.
        case edit
        /// `details.target` was withdrawn.
        case unsend
        /// `details.target` got the reaction `text`; without text it lost its reaction.
        case reaction
        /// The person has read up to `details.target`.
        case read
        /// A message of the business, named by `id`, was sent, delivered, read, played, or failed.
        case status
        /// The person pressed a button that is no message.
        case postback
        /// The person came through a link or an ad.
        case referral
        /// Somebody commented in public, or mentioned the account. The account's own comments and bare mentions name nobody.
        case comment
        /// The person objects to marketing, or no longer does: `details.marketing`.
        case preference
        /// The platform knows the person by other names than `details.previous` from now on.
        case identity
        /// A message template has another status. Names nobody.
        case template
        /// The platform says something about the account itself. Names nobody.
        case account
        /// Something that we don't interpret.
        case other

        /// Whether the event is complete without a person. A status is about whoever its message went to.
        public var mayNameNobody: Bool {
            switch self {
            case .template, .account, .comment, .status: true
            case .message, .echo, .reply, .edit, .unsend, .reaction, .read, .postback, .referral, .preference, .identity, .other:
                false
            }
        }

        /// Whether the event is nothing without the message that it is about.
        public var needsTarget: Bool {
            switch self {
            case .edit, .unsend, .reaction, .read: true
            case .message, .echo, .reply, .status, .postback, .referral, .comment, .preference, .identity, .template, .account, .other:
                false
            }
        }
    }

    /// Where an event comes from when it is not the person's talk with the business that nobody answers yet.
    public enum Origin: String, WireWord {
        /// Another app is in control of the conversation.
        case standby
        /// Imported: it happened before the channel was connected.
        case history
        /// Written to a group, `details.group`: others read it too.
        case group
    }

    public enum Status: String, WireWord {
        case sent, delivered, read, failed
        /// A voice message was listened to.
        case played
    }

    /// Who did it, where the kind doesn't say.
    public enum Author: String, WireWord {
        case assistant, agent
        /// The business itself, outside our product.
        case business
    }

    public var kind = Kind.message
    /// The platform's id of the message (mid, wamid) or comment; of a reply whose id isn't known yet `id(ofReply:)`; where the platform
    /// gives none, a keyed digest of what makes the event this one.
    public var id = ""
    /// Empty where the event names nobody.
    public var participant = ParticipantIdentity()
    /// By the platform's clock.
    public var sentAt = Timestamp()
    /// By ours.
    public var receivedAt = Timestamp()
    /// What it is made of: `text`, `image`, `story_mention`, …, as the platform names it.
    public var type: String?
    public var text: String?
    public var author: Author?
    public var status: Status?
    public var origin: Origin?
    public var details: EventDetails?
    /// The event as it came, where we don't take over all of it.
    public var raw: RawJSON?

    public init() {}

    public init(kind: Kind, id: String, participant: ParticipantIdentity, sentAt: Timestamp, receivedAt: Timestamp) {
        self.kind = kind
        self.id = id
        self.participant = participant
        self.sentAt = sentAt
        self.receivedAt = receivedAt
    }

    /// The id of a reply that the platform gave none yet, or none that its sender heard of.
    public static func id(ofReply key: RequestKey) -> String { "\(replyPrefix)\(key.rawValue)" }
    private static let replyPrefix = "reply:"

    /// Whether it is such a reply: the platform knows the message by an id that isn't here.
    public var isNamelessReply: Bool { kind == .reply && id.hasPrefix(ChannelEvent.replyPrefix) }

    /// When it happened as far as an erasure is concerned: a sender's clock may be ahead, ours is not.
    public var happenedAt: Timestamp { min(sentAt, receivedAt) }

    /// All names that keep an erased person out: those that they have, and those that they had.
    public func identifyingAliases(on platform: Platform) -> [Alias] {
        let current = participant.identifyingAliases(on: platform)
        guard let previous = details?.previous else { return current }
        return current + previous.identifyingAliases(on: platform)
    }

    /// Whether it has what its kind needs: an id, somebody whom it names, its status, the message that it is about.
    public func isComplete(on platform: Platform) -> Bool {
        !id.isEmpty && (kind.mayNameNobody || !identifyingAliases(on: platform).isEmpty) && (kind == .status) == (status != nil)
            && (!kind.needsTarget || details?.target != nil)
    }

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
        fields.field("origin", &origin)
        fields.field("details", &details)
        fields.field("raw", &raw)
    }
}

/// All the names that one event gives for its person; one of the first three is there, unless the event names nobody.
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
