import ConversationStoreContracts
import Domain
import Wire

/// One element of `messages`, of `message_echoes`, or of a thread of `history`.
struct WhatsAppMessage {
    /// The person says something anew. Other types are about a message that was there before, or about the person.
    private static let messageTypes: Set<String> = [
        "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive", "button", "order", "unsupported",
        "unknown"
    ]
    private static let frame: [String] = [
        "from", "from_user_id", "to", "to_user_id", "id", "timestamp", "type", "context", "referral", "group_id", "errors"
    ]

    private let view: JSONView
    private let isOutgoing: Bool
    private let participant: ParticipantIdentity?
    private let isHistory: Bool
    private let type: String
    private let sentAt: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys

    /// - Parameters:
    ///   - kind: `message` from the person, `echo` to them.
    ///   - thread: where the message was imported from: its id is the person's phone.
    init(
        _ view: JSONView, _ kind: ChannelEvent.Kind, _ contacts: WhatsAppContacts, thread: JSONView?, _ receivedAt: Timestamp,
        _ keys: InboxKeys
    ) {
        self.view = view
        self.receivedAt = receivedAt
        self.keys = keys
        let partner = thread.map { $0["context"]?["wa_id"]?.identifier ?? $0["id"]?.identifier ?? "" }
        let isOutgoing = partner.map { view["from"]?.identifier?.phoneDigits != $0.phoneDigits } ?? (kind == .echo)
        self.isOutgoing = isOutgoing
        let end = isOutgoing ? "to" : "from"
        participant = contacts.person(
            phone: partner ?? view[end]?.identifier,
            user: thread == nil ? view["\(end)_user_id"]?.identifier : thread?["context"]?["user_id"]?.identifier)
        isHistory = thread != nil
        type = view["type"]?.string ?? "unknown"
        sentAt = view["timestamp"]?.time
    }

    /// nil when it can be attributed to no person.
    func received() -> ReceivedEvent? {
        guard let participant, var draft = edit(of: participant) ?? draft(of: participant) else { return nil }
        if isOutgoing && draft.event.kind != .echo { draft.event.author = .business }
        if isHistory { draft.event.origin = .history }
        if let group = view["group_id"] {
            draft.event.origin = .group
            draft.details.group = draft.text(group, max: 256)
        }
        answer(&draft)
        draft.details.referral = view["referral"].map(RawJSON.init)
        draft.details.errors = view["errors"].map(RawJSON.init)
        return draft.received(from: view, day: sentAt?.day)
    }

    private func draft(_ kind: ChannelEvent.Kind, _ participant: ParticipantIdentity, type: String) -> EventDraft {
        // Meta's own id of the message; reactions, edits and revokes have one of their own too.
        let id = view["id"]?.identifier ?? keys.id(ofRaw: view.raw, type: self.type.cut(to: 64))
        var draft = EventDraft(kind, id: id, participant, sentAt: sentAt, receivedAt: receivedAt)
        draft.type(type)
        draft.open(view, WhatsAppMessage.frame, self.type)
        return draft
    }

    private func draft(of participant: ParticipantIdentity) -> EventDraft? {
        if type == "system" { return system(participant) }
        if type == "reaction", let reaction = view["reaction"], let target = reaction["message_id"]?.identifier {
            let emoji = reaction["emoji"]?.string ?? ""
            var draft = draft(.reaction, participant, type: emoji.isEmpty ? "unreact" : "react")
            draft.open(reaction, ["message_id", "emoji"])
            draft.details.target = target
            draft.write(reaction["emoji"])
            return draft
        }
        let isMessage = WhatsAppMessage.messageTypes.contains(type)
        var draft = draft(isMessage ? (isOutgoing ? .echo : .message) : .other, participant, type: type)
        if isMessage { WhatsAppContent(view, type: type).fill(&draft) } else { draft.leave() }
        return draft
    }

    /// Another version of a message, or none any more.
    private func edit(of participant: ParticipantIdentity) -> EventDraft? {
        guard type == "edit" || type == "revoke", let change = view[type], let target = change["original_message_id"]?.identifier else {
            return nil
        }
        if type == "revoke" {
            var draft = draft(.unsend, participant, type: "unsend")
            draft.open(change, ["original_message_id"])
            draft.details.target = target
            return draft
        }
        guard let message = change["message"], let inner = message["type"]?.string else { return nil }
        var draft = draft(.edit, participant, type: inner)
        draft.open(change, ["original_message_id", "message"])
        draft.open(message, ["type", "context", inner])
        WhatsAppContent(message, type: inner).fill(&draft)
        draft.details.target = target
        return draft
    }

    private func answer(_ draft: inout EventDraft) {
        guard let context = view["context"] else { return }
        // `from` is whose message is answered: the target says it.
        draft.open(context, ["from", "id", "forwarded", "frequently_forwarded", "referred_product"])
        if let target = draft.text(context["id"], max: 512), draft.details.target == nil { draft.details.target = target }
        if context["frequently_forwarded"]?.bool == true {
            draft.details.forwarded = .often
        } else if context["forwarded"]?.bool == true {
            draft.details.forwarded = .forwarded
        }
        draft.details.product = context["referred_product"].map(RawJSON.init)
    }

    /// The platform tells of the person: their number or user id is another one now.
    private func system(_ participant: ParticipantIdentity) -> EventDraft {
        let system = view["system"]
        let phone = (system?["wa_id"] ?? system?["new_wa_id"])?.identifier?.phoneDigits
        let user = system?["user_id"]?.identifier
        var previous = ParticipantIdentity()
        if let phone, let former = participant.phone, former != phone { previous.phone = former }
        previous.bsuid = system?["previous_user_id"]?.identifier ?? (user == nil || user == participant.bsuid ? nil : participant.bsuid)
        if previous.bsuid == user { previous.bsuid = nil }
        var current = participant
        current.phone = phone ?? participant.phone
        current.bsuid = user ?? (participant.bsuid == previous.bsuid ? nil : participant.bsuid)
        let isKnown = previous != ParticipantIdentity() && (current.phone != nil || current.bsuid != nil)
        var draft = draft(isKnown ? .identity : .other, isKnown ? current : participant, type: system?["type"]?.string ?? "system")
        if isKnown { draft.details.previous = previous }
        if let system { draft.open(system, ["type", "body", "wa_id", "new_wa_id", "user_id", "previous_user_id"]) }
        draft.write(system?["body"])
        return draft
    }
}
