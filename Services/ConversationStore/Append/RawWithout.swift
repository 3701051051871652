import Domain
import Wire

extension RawJSON {
    /// The same JSON with `…` for every value in which an id stands.
    func without(_ id: String) -> RawJSON {
        do throws(WireError) {
            var writer = JSONWriter(reserving: bytes.count)
            RawJSON.copy(try JSONView(checking: bytes), without: id, &writer)
            return RawJSON(checked: writer.bytes)
        } catch {
            preconditionFailure("raw JSON was checked when it came")
        }
    }

    private static func copy(_ view: JSONView, without id: String, _ writer: inout JSONWriter) {
        if let elements = view.elements {
            writer.beginArray()
            for element in elements { copy(element, without: id, &writer) }
            writer.endArray()
        } else if view.raw.first == UInt8(ascii: "{") {
            writer.beginObject()
            view.members { name, value in
                writer.name(name)
                copy(value, without: id, &writer)
            }
            writer.endObject()
        } else if view.string?.contains(id) ?? (view.raw.elementsEqual(id.utf8)) {
            writer.string("…")
        } else {
            writer.raw(view.raw)
        }
    }
}
