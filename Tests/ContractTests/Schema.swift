import Wire

/// The part of a type's JSON Schema that says which members its objects have, and what follows from that for a golden.
indirect enum Schema: Sendable {
    case object(properties: [(name: String, schema: Schema)], required: [String])
    /// An object whose names are data.
    case map(Schema)
    case list(Schema)
    /// No members of ours: scalars, words, and JSON that we only carry.
    case leaf

    init(_ bytes: [UInt8]) {
        do throws(WireError) { self.init(try JSONTree(bytes)) } catch { preconditionFailure("a schema is JSON: \(error.message)") }
    }

    private init(_ tree: JSONTree) {
        if let values = tree["additionalProperties"] {
            self = .map(Schema(values))
        } else if let items = tree["items"] {
            self = .list(Schema(items))
        } else if case .object(let members)? = tree["properties"] {
            let required: [String] =
                if case .array(let names)? = tree["required"] { names.map { String(text($0.bytes).dropFirst().dropLast()) } } else { [] }
            self = .object(properties: members.map { ($0.name, Schema($0.value)) }, required: required)
        } else {
            self = .leaf
        }
    }

    /// The members, at any depth, that no value among `values` shows: an optional that is set nowhere, a list or a map without entries.
    func unset(in values: [JSONTree], at path: String = "body") -> [String] {
        switch self {
        case .object(let properties, _):
            properties.flatMap { name, schema in
                let found = values.compactMap { $0[name] }
                return found.isEmpty ? ["\(path).\(name)"] : schema.unset(in: found, at: "\(path).\(name)")
            }
        case .list(let item): Schema.unset(item, in: values.flatMap(\.entries), at: path)
        case .map(let item): Schema.unset(item, in: values.flatMap(\.entries), at: path)
        case .leaf: []
        }
    }

    private static func unset(_ item: Schema, in entries: [JSONTree], at path: String) -> [String] {
        entries.isEmpty ? ["an entry of \(path)"] : item.unset(in: entries, at: path)
    }
}

extension JSONTree {
    /// The values that a list or a map holds.
    var entries: [JSONTree] {
        switch self {
        case .object(let members): members.map(\.value)
        case .array(let elements): elements
        case .scalar: []
        }
    }
}
