import ConversationStoreContracts
import Domain
import Wire

/// Splits what Instagram posts into events (PLATFORM §2). Pure: the same bytes give the same events.
enum InstagramDelivery {
    /// One portion an entry; nil when the body is no delivery of this platform.
    static func portions(of body: JSONView, receivedAt: Timestamp, keys: InboxKeys) -> [Portion]? {
        guard body["object"]?.string == "instagram", let entries = body["entry"]?.elements else { return nil }
        return entries.map { portion($0, receivedAt, keys) }
    }

    private static func portion(_ entry: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) -> Portion {
        let id = entry["id"]?.identifier
        var portion = Portion(account: id.map { Account(.instagram, $0) }, raw: entry.raw)
        let lists = ["messaging", "standby", "changes"].map { entry[$0]?.elements }
        guard let id, lists.contains(where: { $0 != nil }) else {
            portion.leave(entry)
            return portion
        }
        for view in lists[0] ?? [] {
            let reader = InstagramEvent(view, business: id, receivedAt, keys)
            portion.take(reader.event(), day: reader.sentAt?.day, from: view)
        }
        // Another app is in control of these conversations: kept, but not interpreted.
        for view in lists[1] ?? [] {
            let reader = InstagramEvent(view, business: id, receivedAt, keys)
            portion.take(reader.other("standby", ownID: nil), day: reader.sentAt?.day, from: view)
        }
        for view in lists[2] ?? [] { portion.leave(view) }
        return portion
    }
}

/// One element of `messaging`.
struct InstagramEvent {
    /// Taken over whole for a text message; anything beside them is kept as it came.
    private static let textMembers: Set<String> = ["mid", "text", "is_echo", "app_id"]
    private static let frame: Set<String> = ["sender", "recipient", "timestamp", "message"]

    let view: JSONView
    let sentAt: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys
    private let person: String?
    private let isOutgoing: Bool

    init(_ view: JSONView, business: String, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.receivedAt = receivedAt
        self.keys = keys
        sentAt = view["timestamp"]?.time(unitMilliseconds: 1)
        let sender = view["sender"]?["id"]?.identifier
        let recipient = view["recipient"]?["id"]?.identifier
        // The person is whoever is not the business, whatever the event calls itself.
        person = sender == business ? (recipient == business ? nil : recipient) : sender
        isOutgoing = sender == business
    }

    /// nil when it can be attributed to no person.
    func event() -> ChannelEvent? {
        guard let message = view["message"] else { return unknownKind() }
        let mid = message["mid"]?.identifier
        if message["is_deleted"]?.bool == true { return other("unsend", ownID: nil) }
        guard let mid, message["is_unsupported"]?.bool != true else { return other(InstagramEvent.type(of: message), ownID: mid) }
        guard var event = blank(isOutgoing ? .echo : .message, id: mid) else { return nil }
        guard let text = message["text"]?.string, !text.isEmpty, text.fitsMessage else {
            event.type = InstagramEvent.type(of: message).cut(to: 64)
            event.raw = raw
            return event
        }
        event.type = "text"
        event.text = text
        if message.hasMembers(besides: InstagramEvent.textMembers) || view.hasMembers(besides: InstagramEvent.frame) { event.raw = raw }
        return event
    }

    /// What we don't interpret yet.
    /// - Parameter ownID: the platform's id of this very event. An id of the message that it is about would make two events one.
    func other(_ type: String, ownID: String?) -> ChannelEvent? {
        let type = type.cut(to: 64)
        guard var event = blank(.other, id: ownID ?? keys.id(ofRaw: view.raw, type: type)) else { return nil }
        event.type = type
        event.raw = raw
        return event
    }

    private func unknownKind() -> ChannelEvent? {
        if let postback = view["postback"] { return other("postback", ownID: postback["mid"]?.identifier) }
        var type: String?
        view.members { name, _ in if type == nil && !InstagramEvent.frame.contains(name) { type = name } }
        return other(type ?? "unknown", ownID: nil)
    }

    private func blank(_ kind: ChannelEvent.Kind, id: String) -> ChannelEvent? {
        guard let person else { return nil }
        return ChannelEvent(
            kind: kind, id: id, participant: ParticipantIdentity(igsid: person), sentAt: sentAt ?? receivedAt, receivedAt: receivedAt)
    }

    private var raw: RawJSON { RawJSON(checked: Array(view.raw)) }

    /// The first attachment's type: `attachments` is a list, and sometimes a single object.
    private static func type(of message: JSONView) -> String {
        if message["is_unsupported"]?.bool == true { return "unsupported" }
        guard let attachments = message["attachments"] else { return "message" }
        return (attachments.elements?.first ?? attachments)["type"]?.string ?? "attachment"
    }
}
