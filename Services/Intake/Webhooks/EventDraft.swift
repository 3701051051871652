import ConversationStoreContracts
import Domain
import Wire

/// An event in the making: what of the platform's update is taken over, and whether anything was left.
struct EventDraft {
    var event: ChannelEvent
    var details = EventDetails()
    /// Nothing of the update is left: then it need not be kept as it came.
    private var isWhole = true

    init(
        _ kind: ChannelEvent.Kind, id: String, _ participant: ParticipantIdentity = ParticipantIdentity(), sentAt: Timestamp?,
        receivedAt: Timestamp
    ) {
        event = ChannelEvent(kind: kind, id: id, participant: participant, sentAt: sentAt ?? receivedAt, receivedAt: receivedAt)
    }

    /// Notes whether an object has members that nobody takes over.
    mutating func open(_ view: JSONView, _ known: [String], _ further: String? = nil) {
        if isWhole && view.hasMembers(besides: known, further) { isWhole = false }
    }

    /// Something was left.
    mutating func leave() { isWhole = false }

    /// Text for a field of so many characters: what doesn't fit stays in the raw event.
    mutating func text(_ view: JSONView?, max: Int) -> String? {
        guard let text = view?.identifier else { return nil }
        if text.cut(to: max).utf8.count == text.utf8.count { return text }
        leave()
        return nil
    }

    /// As a message's words.
    mutating func write(_ view: JSONView?) {
        guard let text = view?.string, !text.isEmpty else { return }
        if text.fitsMessage { event.text = text } else { leave() }
    }

    mutating func type(_ type: String) { event.type = type.cut(to: 64) }

    mutating func attach(_ attachments: [Attachment]) {
        guard !attachments.isEmpty else { return }
        if attachments.count > EventDetails.attachmentCountMax { leave() }
        details.attachments = Array(attachments.prefix(EventDetails.attachmentCountMax))
    }

    /// The event, with its raw form where something was left; nil when it doesn't fit our own contract.
    /// - Parameter day: of the event's own time; nil when it states none.
    func received(from view: JSONView, day: Int64?) -> ReceivedEvent? {
        var event = event
        if !details.isEmpty { event.details = details }
        return ReceivedEvent(event, isWhole: isWhole, from: view, day: day)
    }
}

extension RawJSON {
    init(_ view: JSONView) { self.init(checked: Array(view.raw)) }
}
