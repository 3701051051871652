/// A look into JSON whose shape is someone else's: webhooks. Checked once as a whole, then walked in place without copies.
///
/// What isn't there, stands twice or is of another kind is nil, so that one odd event never costs its neighbours.
public struct JSONView: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>
    /// Somewhere in the checked whole an object has a name twice: nobody can say which of its values is meant.
    public let hasRepeatedNames: Bool
    /// Where the members are, once they were all found.
    private var places: [CheckedWalk.Member]?

    private init(_ bytes: [UInt8], _ range: Range<Int>, _ hasRepeatedNames: Bool) {
        self.bytes = bytes
        self.range = range
        self.hasRepeatedNames = hasRepeatedNames
    }

    /// The same view, which remembers where its members are: for an object that is asked for many, or for one behind a long other.
    public var indexed: JSONView {
        guard places == nil, var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "{")) else { return self }
        var places: [CheckedWalk.Member] = []
        while let member = walk.nextMember() { places.append(member) }
        var indexed = self
        indexed.places = places
        return indexed
    }

    /// A part of the same whole.
    private func part(_ range: Range<Int>) -> JSONView { JSONView(bytes, range, hasRepeatedNames) }

    /// Checks all of `bytes` (RFC 8259, as `JSONReader.Mode.webhook` says).
    public init(checking bytes: [UInt8]) throws(WireError) {
        let (range, hasRepeatedNames) = try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
            var reader = JSONReader(bytes, mode: .webhook)
            _ = reader.peek()
            let start = reader.position
            try reader.skipValue()
            let range = start..<reader.position
            try reader.finish()
            return (range, reader.hasRepeatedNames)
        }
        self.init(bytes, range, hasRepeatedNames)
    }

    /// The member of an object; nil for anything else, and for a name that it has twice.
    public subscript(_ name: String) -> JSONView? {
        var found: JSONView?
        // False when it is known by then.
        func look(at member: CheckedWalk.Member) -> Bool {
            guard CheckedWalk.matches(bytes, member.name, name) else { return true }
            found = found == nil ? part(member.value) : nil
            return hasRepeatedNames && found != nil
        }
        if let places {
            for place in places where !look(at: place) { break }
        } else if var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "{")) {
            while let member = walk.nextMember(), look(at: member) {}
        }
        return found
    }

    /// The members of an object in their order; none for anything else.
    public func members(_ body: (_ name: String, _ value: JSONView) -> Void) {
        for place in indexed.places ?? [] { body(CheckedWalk.text(bytes, place.name), part(place.value)) }
    }

    /// The elements of an array; nil for anything else.
    public var elements: [JSONView]? {
        guard var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "[")) else { return nil }
        var elements: [JSONView] = []
        while let element = walk.nextElement() { elements.append(part(element)) }
        return elements
    }

    public var string: String? {
        guard first == UInt8(ascii: "\"") else { return nil }
        return value { (reader: inout JSONReader) throws(WireError) in try reader.string() }
    }

    /// An integer within Int64, written without fraction or exponent.
    public var int: Int64? {
        guard first == UInt8(ascii: "-") || (48...57).contains(first) else { return nil }
        return value { (reader: inout JSONReader) throws(WireError) in try reader.number() }
    }

    public var bool: Bool? {
        switch first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The value's own bytes, as they came.
    public var raw: ArraySlice<UInt8> { bytes[range] }

    private var first: UInt8 { bytes[range.lowerBound] }

    private func value<Value>(_ read: (inout JSONReader) throws(WireError) -> Value?) -> Value? {
        bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes, range, mode: .webhook)
            do throws(WireError) { return try read(&reader) } catch { preconditionFailure("a view lies over checked bytes") }
        }
    }
}
