import ConversationStoreContracts
import Domain
import Wire

/// One element of `messages`.
struct WhatsAppMessage {
    /// Taken over whole for a text message; anything beside them is kept as it came.
    private static let textMembers: Set<String> = ["from", "from_user_id", "id", "timestamp", "type", "text"]

    /// The person says something anew. Other types are about a message that was there before (a reaction, an edit), or about the person.
    private static let messageTypes: Set<String> = [
        "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "button", "order"
    ]

    let sentAt: Timestamp?
    private let view: JSONView
    private let contacts: [JSONView]
    private let receivedAt: Timestamp
    private let keys: InboxKeys

    init(_ view: JSONView, contacts: [JSONView], _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.contacts = contacts
        self.receivedAt = receivedAt
        self.keys = keys
        sentAt = view["timestamp"]?.time(unitMilliseconds: 1000)
    }

    /// nil when it can be attributed to no person.
    func event() -> ChannelEvent? {
        guard let participant else { return nil }
        let type = (view["type"]?.string ?? "unknown").cut(to: 64)
        // Meta's own id of the message; edits and revokes have one of their own too.
        let id = view["id"]?.identifier ?? keys.id(ofRaw: view.raw, type: type)
        var event = ChannelEvent(kind: .other, id: id, participant: participant, sentAt: sentAt ?? receivedAt, receivedAt: receivedAt)
        event.type = type
        // A message to a group is no part of the person's own conversation.
        if view["group_id"] == nil, WhatsAppMessage.messageTypes.contains(type) { event.kind = .message }
        if event.kind == .message, type == "text", let text = view["text"]?["body"]?.string, text.fitsMessage {
            event.text = text
            if !view.hasMembers(besides: WhatsAppMessage.textMembers) { return event }
        }
        event.raw = RawJSON(checked: Array(view.raw))
        return event
    }

    /// The sender, with what the matching contact adds: the phone may be absent, and so may the BSUID.
    private var participant: ParticipantIdentity? {
        var phone = view["from"]?.identifier?.phoneDigits
        var bsuid = view["from_user_id"]?.identifier
        guard phone != nil || bsuid != nil else { return nil }
        let contact = contacts.first { contact in
            if let bsuid, let other = contact["user_id"]?.identifier { return other == bsuid }
            return phone != nil && contact["wa_id"]?.identifier?.phoneDigits == phone
        }
        phone = phone ?? contact?["wa_id"]?.identifier?.phoneDigits
        bsuid = bsuid ?? contact?["user_id"]?.identifier
        let profile = contact?["profile"]
        let username = profile?["username"]?.identifier
        return ParticipantIdentity(
            bsuid: bsuid, phone: phone, username: username?.cut(to: 160), name: profile?["name"]?.identifier?.cut(to: 200))
    }
}
