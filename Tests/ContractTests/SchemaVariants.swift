/// Other ways of writing a value that its schema describes, right ones and wrong ones.
extension Schema {
    typealias Members = [(name: String, value: JSONTree)]

    /// A value without one member that it needs, and what its reader says of that.
    struct Lacking {
        let value: JSONTree
        let message: String
    }

    /// The same value with every object's members in reverse.
    func reversed(_ value: JSONTree) -> JSONTree { rebuilt(value) { _, members in members.reversed() } }

    /// The same value with members that no type names, first, last and in between, in every object whose names are not data.
    func widened(_ value: JSONTree) -> JSONTree {
        rebuilt(value) { schema, members in
            guard case .object = schema else { return members }
            var members = members
            members.insert(("newer", .array([.object([("list", .array([]))])])), at: members.count / 2)
            return [("isNewer", .scalar(Array("true".utf8)))] + members + [("newest", .scalar(Array("null".utf8)))]
        }
    }

    /// The value once for each member that it needs, at any depth and in each entry of each list, without that member.
    func lackingEachRequired(_ value: JSONTree) -> [Lacking] {
        switch (self, value) {
        case (.object(let properties, let required), .object(let members)):
            let here = members.indices.filter { required.contains(members[$0].name) }.map { index in
                var rest = members
                let name = rest.remove(at: index).name
                return Lacking(value: .object(rest), message: "expected member \"\(name)\"")
            }
            return here
                + members.indices.flatMap { index in
                    let name = members[index].name
                    guard let schema = properties.first(where: { $0.name == name })?.schema else { return [Lacking]() }
                    return schema.lackingEachRequired(members[index].value).map { inner in
                        var changed = members
                        changed[index].value = inner.value
                        let separator = inner.message.hasPrefix("expected") ? ": " : "."
                        return Lacking(value: .object(changed), message: "\(name)\(separator)\(inner.message)")
                    }
                }
        case (.list(let item), .array(let elements)):
            return elements.indices.flatMap { index in
                item.lackingEachRequired(elements[index]).map { inner in
                    var changed = elements
                    changed[index] = inner.value
                    return Lacking(value: .array(changed), message: inner.message)
                }
            }
        default: return []
        }
    }

    /// `change` is told the members of an object, whose values are rebuilt already, and its schema.
    private func rebuilt(_ value: JSONTree, _ change: (Schema, Members) -> Members) -> JSONTree {
        switch (self, value) {
        case (.object(let properties, _), .object(let members)):
            let members: Members = members.map { name, value in
                (name, properties.first { $0.name == name }?.schema.rebuilt(value, change) ?? value)
            }
            return .object(change(self, members))
        case (.map(let item), .object(let members)):
            return .object(change(self, members.map { ($0.name, item.rebuilt($0.value, change)) }))
        case (.list(let item), .array(let elements)): return .array(elements.map { item.rebuilt($0, change) })
        default: return value
        }
    }
}
