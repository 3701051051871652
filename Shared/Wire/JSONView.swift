/// A look into JSON whose shape is someone else's: webhooks. Checked once as a whole, then walked in place without copies.
///
/// What isn't there or is of another kind is nil, so that one odd event never costs its neighbours.
public struct JSONView: Sendable {
    private let bytes: [UInt8]
    private let range: Range<Int>

    private init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        self.range = range
    }

    /// Checks all of `bytes` (RFC 8259, as `JSONReader.Mode.webhook` says).
    public init(checking bytes: [UInt8]) throws(WireError) {
        let range = try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
            var reader = JSONReader(bytes, mode: .webhook)
            _ = reader.peek()
            let start = reader.position
            try reader.skipValue()
            let range = start..<reader.position
            try reader.finish()
            return range
        }
        self.init(bytes, range)
    }

    /// The member of an object; nil for anything else.
    public subscript(_ name: String) -> JSONView? {
        guard var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "{")) else { return nil }
        while let member = walk.nextMember() {
            if walk.matches(member.name, name) { return JSONView(bytes, member.value) }
        }
        return nil
    }

    /// The members of an object in their order; none for anything else.
    public func members(_ body: (_ name: String, _ value: JSONView) -> Void) {
        guard var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "{")) else { return }
        while let member = walk.nextMember() { body(walk.text(member.name), JSONView(bytes, member.value)) }
    }

    /// The elements of an array; nil for anything else.
    public var elements: [JSONView]? {
        guard var walk = CheckedWalk(bytes, range, through: UInt8(ascii: "[")) else { return nil }
        var elements: [JSONView] = []
        while let element = walk.nextElement() { elements.append(JSONView(bytes, element)) }
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
