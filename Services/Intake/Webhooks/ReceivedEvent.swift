import ConversationStoreContracts
import Domain
import Wire

/// An event in the form in which it is stored and sent on.
struct ReceivedEvent: Sendable {
    /// Beyond this, the store's frame could not carry it (`Frame.lengthMax` less its batch).
    static let bytesMax = Frame.lengthMax - 64 * 1024

    let event: ChannelEvent
    /// The partition of its inbox key: the day of the event's own time.
    let day: Int64
    let json: [UInt8]

    /// nil when the event doesn't fit our own contract: it would be refused by the store, and everything behind it would wait for ever.
    init?(_ event: ChannelEvent, day: Int64) {
        var event = event
        self.day = day
        if let json = ReceivedEvent.checked(event) {
            self.json = json
        } else if let raw = event.raw {
            // What is strict JSON to a webhook need not be so to the mesh (a lone surrogate, a huge number): then it travels as text.
            var writer = JSONWriter(reserving: raw.bytes.count * 2)
            writer.string(String(decoding: raw.bytes, as: UTF8.self))
            event.raw = RawJSON(checked: writer.bytes)
            guard let json = ReceivedEvent.checked(event) else { return nil }
            self.json = json
        } else {
            return nil
        }
        self.event = event
    }

    /// The event's JSON, when the mesh's own reader takes it.
    private static func checked(_ event: ChannelEvent) -> [UInt8]? {
        let json = FieldVisitor.write(event)
        guard json.count <= bytesMax else { return nil }
        do throws(WireError) { _ = try FieldVisitor.read(ChannelEvent.self, from: json) } catch { return nil }
        return json
    }
}

/// What one entry (Instagram) or one change (WhatsApp) of a delivery holds.
struct Portion: Sendable {
    /// Whose it is; nil when it doesn't say.
    let account: Account?
    let raw: ArraySlice<UInt8>
    private(set) var events: [ReceivedEvent] = []
    /// What we can attribute to no person, or what no contract of ours fits.
    private(set) var leftovers: [ArraySlice<UInt8>] = []

    init(account: Account?, raw: ArraySlice<UInt8>) {
        self.account = account
        self.raw = raw
    }

    /// - Parameter day: of the event's own time; nil when it states none.
    mutating func take(_ event: ChannelEvent?, day: Int64?, from view: JSONView) {
        if let event, let received = ReceivedEvent(event, day: day ?? InboxKeys.timelessDay) {
            events.append(received)
        } else {
            leave(view)
        }
    }

    mutating func leave(_ view: JSONView) { leftovers.append(view.raw) }
}
