import Wire

/// Writes one update of a delivery as a delivery of its own.
enum WhatsAppPiece {
    /// An entry as it is.
    static func delivery(_ entry: JSONView) -> [UInt8] {
        Array(#"{"object":"whatsapp_business_account","entry":["#.utf8) + entry.raw + Array("]}".utf8)
    }

    /// A change of an entry; a flat body, which has no entry, is a piece itself.
    static func change(_ change: JSONView, in entry: JSONView?) -> [UInt8] {
        guard let entry else { return Array(change.raw) }
        return wrap(entry) { $0.raw(change.raw) }
    }

    /// One element of one list of a change, with the contacts that belong to it.
    static func change(_ change: JSONView, in entry: JSONView?, _ list: String, _ element: JSONView, _ contacts: [JSONView]) -> [UInt8] {
        guard let entry else {
            var writer = JSONWriter(reserving: element.raw.count + 256)
            writer.beginObject()
            write(list, element, contacts, &writer)
            writer.endObject()
            return writer.bytes
        }
        return wrap(entry) { writer in
            self.change(change, &writer) { write(list, element, contacts, &$0) }
        }
    }

    /// One message of one thread of imported chats.
    static func history(_ change: JSONView, in entry: JSONView?, _ thread: JSONView, _ message: JSONView) -> [UInt8] {
        guard let entry else { return Array(change.raw) }
        return wrap(entry) { writer in
            self.change(change, &writer) { writer in
                writer.member("history")
                writer.beginArray()
                writer.beginObject()
                writer.member("threads")
                writer.beginArray()
                writer.beginObject()
                copy(["id", "context"], of: thread, &writer)
                writer.member("messages")
                writer.beginArray()
                writer.raw(message.raw)
                writer.endArray()
                writer.endObject()
                writer.endArray()
                writer.endObject()
                writer.endArray()
            }
        }
    }

    private static func wrap(_ entry: JSONView, _ change: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        writer.member("object")
        writer.string("whatsapp_business_account")
        writer.member("entry")
        writer.beginArray()
        writer.beginObject()
        copy(["id", "time"], of: entry, &writer)
        writer.member("changes")
        writer.beginArray()
        change(&writer)
        writer.endArray()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private static func change(_ change: JSONView, _ writer: inout JSONWriter, _ lists: (inout JSONWriter) -> Void) {
        writer.beginObject()
        copy(["field"], of: change, &writer)
        writer.member("value")
        writer.beginObject()
        if let value = change["value"] { copy(["messaging_product", "metadata"], of: value, &writer) }
        lists(&writer)
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ list: String, _ element: JSONView, _ contacts: [JSONView], _ writer: inout JSONWriter) {
        if !contacts.isEmpty {
            writer.member("contacts")
            writer.beginArray()
            for contact in contacts { writer.raw(contact.raw) }
            writer.endArray()
        }
        writer.name(list)
        writer.beginArray()
        writer.raw(element.raw)
        writer.endArray()
    }

    private static func copy(_ names: [String], of view: JSONView, _ writer: inout JSONWriter) {
        for name in names {
            guard let value = view[name] else { continue }
            writer.name(name)
            writer.raw(value.raw)
        }
    }
}
