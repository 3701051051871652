import ConversationStoreContracts
import Domain
import Wire

/// An event in the form in which it is stored and sent on.
struct ReceivedEvent: Sendable {
    /// Beyond this, the store's frame could not carry it (`Frame.lengthMax` less its batch).
    static let bytesMax = Frame.lengthMax - 64 * 1024

    let event: ChannelEvent
    /// The partition of its inbox key: the day of the event's own time; nil when it states none.
    let day: Int64?
    let json: [UInt8]

    /// nil when the event doesn't fit our own contract: it would be refused by the store, and everything behind it would wait for ever.
    init?(_ event: ChannelEvent, isWhole: Bool, from view: JSONView, day: Int64?) {
        var event = event
        if !isWhole { event.raw = RawJSON(view) }
        if let json = ReceivedEvent.checked(event) {
            self.init(event: event, day: day, json: json)
            return
        }
        // What is strict JSON to a webhook need not be so to the mesh (a lone surrogate, a huge number): then it travels as text, and
        // what is short and plain beside it.
        var writer = JSONWriter(reserving: view.raw.count * 2)
        writer.string(String(decoding: view.raw, as: UTF8.self))
        event.raw = RawJSON(checked: writer.bytes)
        event.details = event.details.flatMap { $0.essentials.isEmpty ? nil : $0.essentials }
        guard let json = ReceivedEvent.checked(event) else { return nil }
        self.init(event: event, day: day, json: json)
    }

    /// One of our own making.
    init?(_ event: ChannelEvent, day: Int64?) {
        guard let json = ReceivedEvent.checked(event) else { return nil }
        self.init(event: event, day: day, json: json)
    }

    private init(event: ChannelEvent, day: Int64?, json: [UInt8]) {
        self.event = event
        self.day = day
        self.json = json
    }

    /// The event's JSON, when the mesh's own reader takes it.
    private static func checked(_ event: ChannelEvent) -> [UInt8]? {
        let json = FieldVisitor.write(event)
        guard json.count <= bytesMax else { return nil }
        do throws(WireError) {
            _ = try FieldVisitor.read(ChannelEvent.self, from: json)
            // What came from outside may be nested: it lies deeper in a frame than in itself.
            if event.raw != nil || event.details != nil {
                _ = try FieldVisitor.read(Framed.self, from: FieldVisitor.write(Framed(body: Framed.Body(events: [event]))))
            }
        } catch { return nil }
        return json
    }

    /// An event as deep as the frame has it that takes it to the store.
    private struct Framed: Fields {
        struct Body: Fields {
            var events: [ChannelEvent] = []

            mutating func visit(_ fields: inout FieldVisitor) { fields.field("events", &events, max: 1) }
        }

        var body = Body()

        mutating func visit(_ fields: inout FieldVisitor) { fields.field("body", &body) }
    }
}
