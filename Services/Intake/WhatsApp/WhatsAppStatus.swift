import ConversationStoreContracts
import Domain
import Wire

/// One element of `statuses`: how far a message of the business got.
struct WhatsAppStatus {
    private static let members: [String] = [
        "id", "status", "timestamp", "recipient_id", "recipient_user_id", "recipient_type", "recipient_participant_id",
        "recipient_participant_user_id", "conversation", "pricing", "errors"
    ]

    private let view: JSONView
    private let contacts: WhatsAppContacts
    private let receivedAt: Timestamp
    private let keys: InboxKeys

    init(_ view: JSONView, _ contacts: WhatsAppContacts, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.contacts = contacts
        self.receivedAt = receivedAt
        self.keys = keys
    }

    /// nil for what is no status of a message and names nobody, and for a group's that names no member: a group is no person.
    func received() -> ReceivedEvent? {
        let isGroup = view["recipient_type"]?.string == "group"
        let end = isGroup ? "recipient_participant" : "recipient"
        let named = contacts.person(phone: view["\(end)_id"]?.identifier, user: view["\(end)_user_id"]?.identifier)
        let sentAt = view["timestamp"]?.time
        let status = view["status"]?.string.flatMap(ChannelEvent.Status.init(rawValue:))
        let wamid = view["id"]?.identifier
        let isKnown = wamid != nil && status != nil
        // Without a recipient the message says whom it is about.
        guard let person = named ?? (isKnown && !isGroup ? ParticipantIdentity() : nil) else { return nil }
        // The message's id is not the own id of what is no status of it.
        let id = isKnown ? wamid ?? "" : keys.id(ofRaw: view.raw, type: "status")
        var draft = EventDraft(isKnown ? .status : .other, id: id, person, sentAt: sentAt, receivedAt: receivedAt)
        if isKnown { draft.event.status = status } else { draft.type("status") }
        draft.open(view, isKnown ? WhatsAppStatus.members : [])
        if isGroup {
            draft.event.origin = .group
            draft.details.group = draft.text(view["recipient_id"], max: 256)
        }
        draft.details.errors = view["errors"].map(RawJSON.init)
        draft.details.pricing = view["pricing"].map(RawJSON.init)
        draft.details.window = view["conversation"].map(RawJSON.init)
        return draft.received(from: view, day: sentAt?.day)
    }
}
