import ConversationStoreContracts
import Domain
import IntakeContracts
import Wire

/// Splits what the WhatsApp Cloud API posts into updates (PLATFORM §3). Pure: the same bytes give the same updates.
enum WhatsAppDelivery {
    /// nil when the body is no delivery of this platform.
    static func updates(of body: JSONView, receivedAt: Timestamp, keys: InboxKeys) -> [Update]? {
        guard body["object"]?.string == "whatsapp_business_account", let entries = body["entry"]?.elements else { return nil }
        return entries.flatMap { entry -> [Update] in
            guard let changes = entry["changes"]?.elements, !changes.isEmpty else {
                let recipient = Recipient(business: entry["id"]?.identifier)
                return [Update(recipient, nil) { WhatsAppPiece.delivery(entry) }]
            }
            return changes.flatMap { WhatsAppChange($0, in: entry, receivedAt, keys).updates() }
        }
    }

    /// The flat shape in which a provider's older webhooks come: only the door's address says whose it is.
    static func updates(ofFlat body: JSONView, receivedAt: Timestamp, keys: InboxKeys) -> [Update]? {
        guard body["messages"]?.elements != nil || body["statuses"]?.elements != nil else { return nil }
        return WhatsAppChange(flat: body, receivedAt, keys).updates()
    }
}

/// One change: all that one field of one number tells.
struct WhatsAppChange {
    /// The basis for processing has ended (PLATFORM §3).
    private static let endings: Set<String> = ["ACCOUNT_OFFBOARDED", "ACCOUNT_DELETED", "PARTNER_REMOVED"]

    private let view: JSONView
    private let value: JSONView?
    private let field: String
    private let entry: JSONView?
    private let recipient: Recipient
    private let time: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys
    private let contacts: WhatsAppContacts

    init(_ view: JSONView, in entry: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.init(view, view["value"], view["field"]?.string ?? "", entry, receivedAt, keys)
    }

    init(flat body: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.init(body, body, "messages", nil, receivedAt, keys)
    }

    private init(
        _ view: JSONView, _ value: JSONView?, _ field: String, _ entry: JSONView?, _ receivedAt: Timestamp, _ keys: InboxKeys
    ) {
        self.view = view
        self.value = value
        self.field = field
        self.entry = entry
        self.receivedAt = receivedAt
        self.keys = keys
        time = entry?["time"]?.time
        contacts = WhatsAppContacts(value?["contacts"]?.elements ?? [])
        recipient = Recipient(
            account: value?["metadata"]?["phone_number_id"]?.identifier.map { Account(.whatsapp, $0) },
            business: value?["waba_info"]?["waba_id"]?.identifier ?? entry?["id"]?.identifier)
    }

    func updates() -> [Update] {
        switch field {
        case "messages": messages()
        case "smb_message_echoes": each("message_echoes") { message($0, .echo) }
        case "history": history()
        case "user_preferences": each("user_preferences") { preference($0) }
        case "smb_app_state_sync": [addressBook()]
        case "account_update": [account()]
        case "message_template_status_update", "message_template_quality_update", "template_category_update": [template()]
        default: [notice(field, view)]
        }
    }

    // MARK: Fields

    private func messages() -> [Update] {
        guard value?["messages"]?.elements != nil || value?["statuses"]?.elements != nil || value?["errors"]?.elements != nil else {
            return [Update(recipient, nil, piece: piece)]
        }
        return elements("messages").map { message in update(of: message, in: "messages", message: message, .message) }
            + each("statuses") { status in
                let reader = WhatsAppStatus(status, contacts, receivedAt, keys)
                return reader.received() ?? groupStatus(status)
            }
            // Errors of the number, and of no message.
            + elements("errors").map { notice("errors", $0, in: "errors") }
    }

    /// A group's status without the member whom it is about.
    private func groupStatus(_ status: JSONView) -> ReceivedEvent? {
        status["recipient_type"]?.string == "group" ? noticed("statuses", status, at: status["timestamp"]?.time) : nil
    }

    private func message(_ view: JSONView, _ kind: ChannelEvent.Kind, history thread: JSONView? = nil) -> ReceivedEvent? {
        WhatsAppMessage(view, kind, contacts, thread: thread, receivedAt, keys).received()
    }

    /// Chats from before the channel was connected, in chunks. In another shape they stay opaque, and need the feature all the same.
    private func history() -> [Update] {
        let chunks = elements("history")
        if chunks.isEmpty { return [notice(field, view, needs: .history)] }
        return chunks.flatMap { chunk -> [Update] in
            guard let threads = chunk["threads"]?.elements, !threads.isEmpty else {
                // Where the customer declined there are errors alone: about nobody's chat.
                let isDeclined = !chunk.hasMembers(besides: ["errors"])
                return [notice("history", chunk, in: "history", needs: isDeclined ? nil : .history)]
            }
            return threads.flatMap { thread -> [Update] in
                guard let messages = thread["messages"]?.elements else { return [Update(recipient, nil, needs: .history, piece: piece)] }
                return messages.map { message in
                    Update(recipient, self.message(message, .message, history: thread), needs: .history) {
                        WhatsAppPiece.history(self.view, in: self.entry, thread, message)
                    }
                }
            }
        }
    }

    private func preference(_ view: JSONView) -> ReceivedEvent? {
        guard let participant = contacts.person(phone: view["wa_id"]?.identifier, user: view["user_id"]?.identifier) else { return nil }
        let sentAt = view["timestamp"]?.time
        let category = view["category"]?.string ?? ""
        let marketing = view["value"]?.string.flatMap(EventDetails.Marketing.init(rawValue:))
        let isMarketing = category == "marketing_messages" && marketing != nil
        let id = keys.id(
            of: .preference, [participant.bsuid ?? participant.phone, category, view["value"]?.string, sentAt.map { "\($0.rawValue)" }])
        var draft = EventDraft(isMarketing ? .preference : .other, id: id, participant, sentAt: sentAt, receivedAt: receivedAt)
        draft.type(category.isEmpty ? "user_preferences" : category)
        draft.open(view, isMarketing ? ["wa_id", "user_id", "category", "value", "timestamp"] : [])
        if isMarketing { draft.details.marketing = marketing }
        return draft.received(from: view, day: sentAt?.day)
    }

    private func addressBook() -> Update {
        let entries = value?["state_sync"]?.elements?.count ?? 1
        return Update(recipient: recipient, content: .addressBook(Int64(entries)), piece: piece)
    }

    private func account() -> Update {
        guard let event = value?["event"]?.string, WhatsAppChange.endings.contains(event) else { return notice(field, view) }
        return Update(recipient: recipient, content: .accountEnded(at: time ?? receivedAt), piece: piece)
    }

    private func template() -> Update {
        var draft = EventDraft(.template, id: keys.id(ofRaw: view.raw, at: time, type: "template"), sentAt: time, receivedAt: receivedAt)
        draft.type(field)
        draft.leave()
        var template = TemplateStatus()
        template.id = draft.text(value?["message_template_id"], max: 64)
        template.name = draft.text(value?["message_template_name"], max: 512)
        template.language = draft.text(value?["message_template_language"], max: 16)
        template.event = draft.text(value?["event"] ?? value?["new_quality_score"] ?? value?["new_category"], max: 64)
        template.reason = draft.text(value?["reason"], max: 1024)
        draft.details.template = template
        return Update(recipient, draft.received(from: view, day: time?.day), piece: piece)
    }

    private func notice(_ type: String, _ view: JSONView, in list: String? = nil, needs feature: ChannelFeature? = nil) -> Update {
        Update(recipient, noticed(type, view, at: time), needs: feature) { list.map { piece(view, in: $0) } ?? piece() }
    }

    private func noticed(_ type: String, _ view: JSONView, at time: Timestamp?) -> ReceivedEvent? {
        var draft = EventDraft(.account, id: keys.id(ofRaw: view.raw, at: time, type: "account"), sentAt: time, receivedAt: receivedAt)
        draft.type(type.isEmpty ? "unknown" : type)
        draft.leave()
        return draft.received(from: view, day: time?.day)
    }

    // MARK: Elements

    private func elements(_ list: String) -> [JSONView] { value?[list]?.elements ?? [] }

    private func each(_ list: String, _ event: (JSONView) -> ReceivedEvent?) -> [Update] {
        guard value?[list]?.elements != nil || field == "messages" else { return [Update(recipient, nil, piece: piece)] }
        return elements(list).map { element in Update(recipient, event(element)) { piece(element, in: list) } }
    }

    private func update(of element: JSONView, in list: String, message: JSONView, _ kind: ChannelEvent.Kind) -> Update {
        Update(recipient, self.message(message, kind)) { piece(element, in: list) }
    }

    @Sendable private func piece() -> [UInt8] { WhatsAppPiece.change(view, in: entry) }

    @Sendable private func piece(_ element: JSONView, in list: String) -> [UInt8] {
        WhatsAppPiece.change(view, in: entry, list, element, contacts.of(element))
    }
}
