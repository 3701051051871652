import ConversationStoreContracts
import Domain
import Wire

/// A comment, a live comment or a mention, in whichever of its three shapes it came.
struct InstagramComment {
    private let view: JSONView
    private let change: JSONView
    private let field: String
    private let sentAt: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys
    private let person: String?
    private let isOwn: Bool

    /// - Parameters:
    ///   - change: what stands around the value: kept whole where something is left.
    ///   - time: of the entry, which is the only time that comments have.
    init(
        _ view: JSONView, of change: JSONView, field: String, business: String, at time: Timestamp?, _ receivedAt: Timestamp,
        _ keys: InboxKeys
    ) {
        self.view = view
        self.change = change
        self.field = field
        self.receivedAt = receivedAt
        self.keys = keys
        sentAt = view["timestamp"]?.time ?? time
        person = view["from"]?["id"]?.identifier
        isOwn = view["from"]?["self_ig_scoped_id"] != nil || person == business
    }

    /// nil for what somebody wrote whom it doesn't name. A mention never names anybody.
    func received() -> ReceivedEvent? {
        guard isOwn || person != nil || field == "mentions" else { return nil }
        let id = (view["comment_id"] ?? view["id"])?.identifier ?? keys.id(ofRaw: change.raw, at: sentAt, type: "comment")
        var draft = EventDraft(.comment, id: id, participant, sentAt: sentAt, receivedAt: receivedAt)
        draft.open(view, ["from", "comment_id", "id", "parent_id", "text", "media", "media_id", "timestamp"])
        if let from = view["from"] { draft.open(from, ["id", "username", "self_ig_scoped_id"]) }
        if let media = view["media"] { draft.open(media, ["id", "media_product_type"]) }
        draft.type(field)
        draft.write(view["text"])
        if isOwn { draft.event.author = .business }
        var place = CommentPlace()
        place.media = draft.text(view["media"]?["id"] ?? view["media_id"], max: 512)
        place.mediaType = draft.text(view["media"]?["media_product_type"], max: 64)
        place.parent = draft.text(view["parent_id"], max: 512)
        draft.details.comment = place
        return draft.received(from: change, day: sentAt?.day)
    }

    private var participant: ParticipantIdentity {
        isOwn
            ? ParticipantIdentity()
            : ParticipantIdentity(igsid: person, username: view["from"]?["username"]?.identifier?.cut(to: 160))
    }
}
