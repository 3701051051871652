import ConversationStoreContracts
import Domain
import IntakeContracts
import Wire

/// Splits what Instagram posts into updates (PLATFORM §2). Pure: the same bytes give the same updates.
enum InstagramDelivery {
    private static let commentFields: Set<String> = ["comments", "live_comments", "mentions"]
    private static let insightFields: Set<String> = ["story_insights"]

    /// nil when the body is no delivery of this platform.
    static func updates(of body: JSONView, receivedAt: Timestamp, keys: InboxKeys) -> [Update]? {
        guard body["object"]?.string == "instagram", let entries = body["entry"]?.elements else { return nil }
        return entries.flatMap { InstagramEntry($0, receivedAt, keys).updates() }
    }

    /// One entry with one element of one of its lists.
    static func piece(_ entry: JSONView, _ list: String, _ element: JSONView) -> [UInt8] {
        var writer = JSONWriter(reserving: element.raw.count + 128)
        writer.beginObject()
        writer.member("object")
        writer.string("instagram")
        writer.member("entry")
        writer.beginArray()
        writer.beginObject()
        for name in ["id", "time"] {
            guard let value = entry[name] else { continue }
            writer.name(name)
            writer.raw(value.raw)
        }
        writer.name(list)
        writer.beginArray()
        writer.raw(element.raw)
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    /// One entry as it is.
    static func piece(_ entry: JSONView) -> [UInt8] { Array(#"{"object":"instagram","entry":["#.utf8) + entry.raw + Array("]}".utf8) }

    /// What a change of a field is about.
    static func feature(of field: String?) -> ChannelFeature? {
        guard let field else { return nil }
        return commentFields.contains(field) ? .comments : insightFields.contains(field) ? .insights : nil
    }
}

/// One entry: all that happened to one account.
private struct InstagramEntry {
    private let view: JSONView
    private let id: String?
    private let recipient: Recipient
    private let time: Timestamp?
    private let receivedAt: Timestamp
    private let keys: InboxKeys

    init(_ view: JSONView, _ receivedAt: Timestamp, _ keys: InboxKeys) {
        self.view = view
        self.receivedAt = receivedAt
        self.keys = keys
        let id = view["id"]?.identifier
        self.id = id
        recipient = Recipient(account: id.map { Account(.instagram, $0) })
        time = view["time"]?.time
    }

    func updates() -> [Update] {
        var updates: [Update] = []
        var hasLists = false
        for (list, origin) in [("messaging", nil), ("standby", ChannelEvent.Origin.standby)] {
            guard let elements = view[list]?.elements else { continue }
            hasLists = true
            updates += elements.map { element in update(element, origin, in: list) }
        }
        if let changes = view["changes"]?.elements {
            hasLists = true
            updates += changes.map { change in
                update(field: change["field"]?.string, change["value"], of: change) { [view] in
                    InstagramDelivery.piece(view, "changes", change)
                }
            }
        }
        if hasLists { return updates }
        // A comment without `changes` stands in the entry itself.
        return [update(field: view["field"]?.string, view["value"], of: view) { [view] in InstagramDelivery.piece(view) }]
    }

    private func update(_ element: JSONView, _ origin: ChannelEvent.Origin?, in list: String) -> Update {
        let event = id.flatMap { InstagramEvent(element, business: $0, origin, receivedAt, keys).received() }
        return Update(recipient, event) { [view] in InstagramDelivery.piece(view, list, element) }
    }

    private func update(
        field: String?, _ value: JSONView?, of change: JSONView, piece: @escaping @Sendable () -> [UInt8]
    ) -> Update {
        guard let id, let field, let value else { return Update(recipient, nil, piece: piece) }
        // The dashboard's test buttons, one for each field, name account 0.
        if id == "0" { return Update(recipient: recipient, content: .test, piece: piece) }
        if field == "messages" {
            // A message in another wrapping.
            return Update(recipient, InstagramEvent(value, business: id, nil, receivedAt, keys).received(), piece: piece)
        }
        let feature = InstagramDelivery.feature(of: field)
        if feature == .comments {
            let comment = InstagramComment(value, of: change, field: field, business: id, at: time, receivedAt, keys)
            return Update(recipient, comment.received(), needs: feature, piece: piece)
        }
        var draft = EventDraft(.account, id: keys.id(ofRaw: change.raw, at: time, type: "account"), sentAt: time, receivedAt: receivedAt)
        draft.type(field)
        draft.leave()
        return Update(recipient, draft.received(from: change, day: time?.day), needs: feature, piece: piece)
    }
}
