import ConversationStoreContracts
import Domain
import Wire

/// One element of `messaging` or `standby`.
struct InstagramEvent {
    private static let frame: [String] = ["sender", "recipient", "timestamp"]

    let view: JSONView
    let business: String
    private let origin: ChannelEvent.Origin?
    private let sentAt: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys
    private let person: String?
    private let isOutgoing: Bool

    init(_ view: JSONView, business: String, _ origin: ChannelEvent.Origin?, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.business = business
        self.origin = origin
        self.receivedAt = receivedAt
        self.keys = keys
        sentAt = view["timestamp"]?.time
        let sender = view["sender"]?["id"]?.identifier
        let recipient = view["recipient"]?["id"]?.identifier
        // The person is whoever is not the business, whatever the event calls itself.
        person = sender == business ? (recipient == business ? nil : recipient) : sender
        isOutgoing = sender == business
    }

    /// nil when it can be attributed to no person.
    func received() -> ReceivedEvent? {
        guard let draft = person == nil ? note() : message() ?? reaction() ?? read() ?? postback() ?? edit() ?? referral() ?? other() else {
            return nil
        }
        return draft.received(from: view, day: sentAt?.day)
    }

    /// - Parameter member: the one that says what the event is.
    private func draft(_ kind: ChannelEvent.Kind, id: String, _ member: String) -> EventDraft {
        var draft = EventDraft(kind, id: id, ParticipantIdentity(igsid: person), sentAt: sentAt, receivedAt: receivedAt)
        draft.event.origin = origin
        if isOutgoing && kind != .echo { draft.event.author = .business }
        draft.open(view, InstagramEvent.frame, member)
        return draft
    }

    /// The id of an event that has none of its own: what it does, to which message, by whom, when. The message's id alone would make all
    /// that happened to it one event.
    private func id(_ kind: ChannelEvent.Kind, _ parts: String?...) -> String {
        keys.id(of: kind, [isOutgoing ? business : person] + parts)
    }

    private var time: String? { sentAt.map { String($0.rawValue) } }

    // MARK: Kinds

    private func message() -> EventDraft? {
        guard let message = view["message"], let mid = message["mid"]?.identifier else { return nil }
        if message["is_deleted"]?.bool == true {
            var draft = draft(.unsend, id: id(.unsend, mid), "message")
            draft.open(message, ["mid", "is_deleted", "is_echo", "app_id"])
            draft.details.target = mid
            return draft
        }
        var draft = draft(isOutgoing ? .echo : .message, id: mid, "message")
        InstagramMessage(message).fill(&draft)
        return draft
    }

    private func reaction() -> EventDraft? {
        guard let reaction = view["reaction"], let mid = reaction["mid"]?.identifier else { return nil }
        let action = reaction["action"]?.string ?? "react"
        var draft = draft(
            .reaction, id: id(.reaction, mid, action, reaction["emoji"]?.string ?? reaction["reaction"]?.string, time), "reaction")
        draft.open(reaction, ["mid", "action", "reaction", "emoji"])
        draft.type(action)
        draft.details.target = mid
        if action == "react" { draft.write(reaction["emoji"] ?? reaction["reaction"]) }
        return draft
    }

    private func read() -> EventDraft? {
        guard let read = view["read"], let mid = read["mid"]?.identifier else { return nil }
        var draft = draft(.read, id: id(.read, mid), "read")
        draft.open(read, ["mid"])
        draft.details.target = mid
        return draft
    }

    private func postback() -> EventDraft? {
        guard let postback = view["postback"] else { return nil }
        let payload = postback["payload"]
        let id = postback["mid"]?.identifier ?? id(.postback, postback["title"]?.string, payload?.string, time)
        var draft = draft(.postback, id: id, "postback")
        draft.open(postback, ["mid", "title", "payload", "referral"])
        draft.write(postback["title"])
        draft.details.content = payload.map(RawJSON.init)
        draft.details.referral = postback["referral"].map(RawJSON.init)
        return draft
    }

    /// `num_edit` is a number, a number as text, or 0 where nobody counted; then there is no text either.
    private func edit() -> EventDraft? {
        guard let edit = view["message_edit"], let mid = edit["mid"]?.identifier else { return nil }
        let revision = edit["num_edit"]?.number.flatMap { (0...Int64(Int32.max)).contains($0) ? $0 : nil }
        var draft = draft(.edit, id: id(.edit, mid, revision.map { String($0) }, edit["text"]?.string, time), "message_edit")
        draft.open(edit, revision == nil ? ["mid", "text"] : ["mid", "text", "num_edit"])
        draft.type("text")
        draft.write(edit["text"])
        draft.details.target = mid
        draft.details.revision = revision
        return draft
    }

    private func referral() -> EventDraft? {
        guard let referral = view["referral"] else { return nil }
        var draft = draft(.referral, id: keys.id(ofRaw: view.raw, type: "referral"), "referral")
        draft.details.referral = RawJSON(referral)
        return draft
    }

    private func other() -> EventDraft? {
        var type: String?
        view.members { name, _ in if type == nil && !InstagramEvent.frame.contains(name) { type = name } }
        var draft = draft(.other, id: keys.id(ofRaw: view.raw, type: "other"), type ?? "")
        draft.type(type ?? "unknown")
        draft.leave()
        return draft
    }

    /// What the business writes to itself concerns nobody else.
    private func note() -> EventDraft? {
        guard isOutgoing, view["recipient"]?["id"]?.identifier == business else { return nil }
        var draft = EventDraft(.account, id: keys.id(ofRaw: view.raw, type: "account"), sentAt: sentAt, receivedAt: receivedAt)
        draft.type("is_self")
        draft.leave()
        return draft
    }
}
