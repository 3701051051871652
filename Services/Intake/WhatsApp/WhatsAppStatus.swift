import ConversationStoreContracts
import Domain
import Wire

/// One element of `statuses`: how far a message of the business got.
struct WhatsAppStatus {
    /// Taken over whole; anything beside them is kept as it came.
    private static let members: Set<String> = ["id", "status", "timestamp", "recipient_id", "recipient_user_id"]

    let sentAt: Timestamp?
    private let view: JSONView
    private let receivedAt: Timestamp
    private let keys: InboxKeys

    init(_ view: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.receivedAt = receivedAt
        self.keys = keys
        sentAt = view["timestamp"]?.time(unitMilliseconds: 1000)
    }

    /// nil when it can be attributed to no person: a group is none.
    func event() -> ChannelEvent? {
        let phone = view["recipient_id"]?.identifier?.phoneDigits
        let bsuid = view["recipient_user_id"]?.identifier
        guard phone != nil || bsuid != nil, view["recipient_type"]?.string != "group" else { return nil }
        let wamid = view["id"]?.identifier
        let status = WhatsAppStatus.status(view["status"]?.string)
        let isKnown = wamid != nil && status != nil
        var event = ChannelEvent(
            kind: isKnown ? .status : .other, id: wamid ?? "", participant: ParticipantIdentity(bsuid: bsuid, phone: phone),
            sentAt: sentAt ?? receivedAt, receivedAt: receivedAt)
        if isKnown {
            event.status = status
        } else {
            // The message's id is not this event's own.
            event.id = keys.id(ofRaw: view.raw, type: "status")
            event.type = "status"
        }
        if !isKnown || view.hasMembers(besides: WhatsAppStatus.members) { event.raw = RawJSON(checked: Array(view.raw)) }
        return event
    }

    private static func status(_ word: String?) -> ChannelEvent.Status? {
        switch word {
        case "sent": .sent
        case "delivered": .delivered
        // A voice message that was played has been read.
        case "read", "played": .read
        case "failed": .failed
        default: nil
        }
    }
}
