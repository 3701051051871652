/// A look into JSON whose shape is someone else's: webhooks. Checked once as a whole; then every value is found by where it was met.
///
/// What isn't there, stands twice or is of another kind is nil, so that one odd event never costs its neighbours.
public struct JSONView: Sendable {
    private let whole: CheckedText
    private let place: Int

    private init(_ whole: CheckedText, _ place: Int) {
        self.whole = whole
        self.place = place
    }

    /// Checks all of `bytes` (RFC 8259, as `JSONReader.Mode.webhook` says).
    public init(checking bytes: [UInt8]) throws(WireError) { self.init(try CheckedText(bytes), 0) }

    /// Somewhere in the checked whole an object has a name twice: nobody can say which of its values is meant.
    public var hasRepeatedNames: Bool { whole.hasRepeatedNames }

    /// The member of an object; nil for anything else, and for a name that it has twice.
    public subscript(_ name: String) -> JSONView? {
        guard kind == .object else { return nil }
        var name = name
        return name.withUTF8 { whole.member($0, of: place) }.map { JSONView(whole, $0) }
    }

    /// The members of an object in their order; none for anything else.
    public func members(_ body: (_ name: String, _ value: JSONView) -> Void) {
        eachName { name in
            guard let text = whole.text(at: name) else { preconditionFailure("a member's name is text") }
            body(text, JSONView(whole, name + 1))
        }
    }

    /// Whether an object has members of other names than these.
    public func hasMembers(besides known: [String], _ further: String? = nil) -> Bool {
        var hasOther = false
        eachName { name in
            if !hasOther && !known.contains(where: { isName(name, $0) }) && !(further.map { isName(name, $0) } ?? false) { hasOther = true }
        }
        return hasOther
    }

    /// The elements of an array; nil for anything else.
    public var elements: [JSONView]? {
        guard kind == .array else { return nil }
        var elements: [JSONView] = []
        var element = place + 1
        while element < next(place) {
            elements.append(JSONView(whole, element))
            element = next(element)
        }
        return elements
    }

    public var string: String? { whole.text(at: place) }

    /// An integer within Int64, written without fraction or exponent.
    public var int: Int64? {
        guard kind == .scalar, first == UInt8(ascii: "-") || (48...57).contains(first) else { return nil }
        return whole.bytes.withUnsafeBufferPointer { bytes in
            var reader = JSONReader(bytes, whole.places[place].range, mode: .webhook)
            do throws(WireError) { return try reader.number() } catch { preconditionFailure("a view lies over checked bytes") }
        }
    }

    public var bool: Bool? {
        switch first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// The value's own bytes, as they came.
    public var raw: ArraySlice<UInt8> { whole.bytes[whole.places[place].range] }

    private var kind: CheckedText.Kind { whole.places[place].kind }
    private var first: UInt8 { whole.bytes[Int(whole.places[place].start)] }

    /// The place behind a value and all that is in it.
    private func next(_ place: Int) -> Int { Int(whole.places[place].next) }

    private func isName(_ name: Int, _ text: String) -> Bool {
        guard text.utf8.count <= whole.places[name].inner.count else { return false }
        var text = text
        return text.withUTF8 { whole.isName(name, $0) }
    }

    private func eachName(_ body: (_ name: Int) -> Void) {
        guard kind == .object else { return }
        var name = place + 1
        while name < next(place) {
            body(name)
            name = next(name + 1)
        }
    }
}
