import Wire

/// JSON with its members in the order in which they stand, to be changed and written again. Scalars stay the bytes that they were.
indirect enum JSONTree {
    case object([(name: String, value: JSONTree)])
    case array([JSONTree])
    case scalar([UInt8])

    init(_ bytes: [UInt8]) throws(WireError) { self.init(try JSONView(checking: bytes)) }

    init(_ view: JSONView) {
        if view.raw.first == UInt8(ascii: "{") {
            var members: [(name: String, value: JSONTree)] = []
            view.members { members.append(($0, JSONTree($1))) }
            self = .object(members)
        } else if let elements = view.elements {
            self = .array(elements.map { JSONTree($0) })
        } else {
            self = .scalar(Array(view.raw))
        }
    }

    subscript(_ name: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    var bytes: [UInt8] {
        var writer = JSONWriter()
        write(into: &writer)
        return writer.bytes
    }

    private func write(into writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.beginObject()
            for (name, value) in members {
                writer.name(name)
                value.write(into: &writer)
            }
            writer.endObject()
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(into: &writer) }
            writer.endArray()
        case .scalar(let bytes): writer.raw(bytes)
        }
    }
}
