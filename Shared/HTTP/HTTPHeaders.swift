/// Header fields in the order in which they came; names compare without case (RFC 9110 §5.1).
public struct HTTPHeaders: Equatable, Sendable, Sequence {
    public struct Field: Equatable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field]

    public init(_ fields: [Field] = []) { self.fields = fields }

    /// The field's value; several fields of one name as one list, joined by ", " (RFC 9110 §5.3). So a repeated signature or
    /// token never passes as one of the two.
    public subscript(name: String) -> String? {
        var joined: String?
        for field in fields where HTTPHeaders.same(field.name, name) {
            joined = joined.map { $0 + ", " + field.value } ?? field.value
        }
        return joined
    }

    /// Each value of the name, in order.
    public func values(_ name: String) -> [String] { fields.filter { HTTPHeaders.same($0.name, name) }.map(\.value) }

    public var count: Int { fields.count }

    public mutating func append(_ name: String, _ value: String) { fields.append(Field(name: name, value: value)) }

    public mutating func reserveCapacity(_ count: Int) { fields.reserveCapacity(count) }

    public func makeIterator() -> Array<Field>.Iterator { fields.makeIterator() }

    /// Equal up to ASCII case.
    static func same(_ one: String, _ other: String) -> Bool {
        let (one, other) = (one.utf8, other.utf8)
        guard one.count == other.count else { return false }
        return zip(one, other).allSatisfy { Octet.lowercased($0) == Octet.lowercased($1) }
    }
}
