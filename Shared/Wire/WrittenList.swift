/// The elements of a list as JSON, written while they are found: who passes rows on makes no value of them.
///
/// The names come from the element's own `visit`, in its order, and each member is given in that order: what it writes is what the
/// element would write.
///
///     let messages = WrittenList(of: messageMembers)      // MemberNames(of: Message.self), made once
///     messages.append { message in
///         message.integer(row.int(0))
///         message.text(row.optionalBytes(1))      // nil: the member is absent
///     }
public final class WrittenList {
    /// In which order the elements come in the list.
    public enum Order: Sendable { case asFound, lastFoundFirst }

    private let names: MemberNames
    private let order: Order
    // Used by one thread, and never from within `append`'s closure.
    @exclusivity(unchecked) private var members: MemberWriter
    @exclusivity(unchecked) private var ends: [Int] = []

    /// - Parameter capacity: bytes that are likely.
    public init(of names: MemberNames, _ order: Order, reserving capacity: Int = 0) {
        self.names = names
        self.order = order
        members = MemberWriter(names.list, reserving: capacity)
    }

    public var count: Int { ends.count }

    @usableFromInline var element: ObjectIdentifier { names.element }

    /// Writes one element behind the others; `body` gives its members, all of them.
    public func append(_ body: (inout MemberWriter) -> Void) {
        ends.append(members.write(body))
    }

    /// Adds an element that is JSON already. Throws, and adds nothing, when that is not one JSON value; whether it is a good element the
    /// receiver tells.
    public func append(json: UnsafeRawBufferPointer) throws(WireError) {
        var reader = JSONReader(json.assumingMemoryBound(to: UInt8.self))
        try reader.skipValue()
        try reader.finish()
        ends.append(members.write(json))
    }

    /// The response with its list as values, for who must change some before they leave. Throws when they are beyond the reader's limits.
    public func filling<Response: Fields>(_ response: Response) throws(WireError) -> Response {
        var writer = JSONWriter(reserving: Frame.commonBytes + bytesMax)
        FieldVisitor.write(response, into: &writer, with: self)
        return try FieldVisitor.read(Response.self, from: writer.bytes)
    }

    /// Enough room for it in a frame: the elements, and a comma each.
    @usableFromInline var bytesMax: Int { members.writer.count + ends.count }

    func write(into frame: inout JSONWriter) {
        members.writer.withBytes { bytes in
            for place in ends.indices {
                let index = order == .asFound ? place : ends.count - 1 - place
                frame.raw(UnsafeRawBufferPointer(rebasing: bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]))
            }
        }
    }
}

/// One element's members, in the order of its `visit`.
public struct MemberWriter: ~Copyable {
    private let names: [MemberName]
    fileprivate private(set) var writer: JSONWriter
    private var next = 0

    fileprivate init(_ names: [MemberName], reserving capacity: Int) {
        self.names = names
        writer = JSONWriter(reserving: capacity)
    }

    /// One whole element; how many bytes there are then.
    fileprivate mutating func write(_ body: (inout MemberWriter) -> Void) -> Int {
        next = 0
        writer.beginAlone()
        writer.beginObject()
        body(&self)
        writer.endObject()
        precondition(next == names.count, "an element has all its members")
        return writer.count
    }

    fileprivate mutating func write(_ json: UnsafeRawBufferPointer) -> Int {
        writer.beginAlone()
        writer.raw(json)
        return writer.count
    }

    /// nil: the member is absent.
    public mutating func integer(_ value: Int64?) {
        guard let value else { return leaveOut() }
        begin()
        writer.int(value)
    }

    /// A word's raw value; nil: the member is absent.
    public mutating func word(_ value: String?) {
        guard let value else { return leaveOut() }
        begin()
        writer.plainString(value)
    }

    /// Text as UTF-8; what is not becomes U+FFFD, as in every `String`. No bytes at all: the member is absent.
    public mutating func text(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return leaveOut() }
        begin()
        writer.string(repairing: bytes)
    }

    public mutating func text(_ value: String) {
        begin()
        writer.string(value)
    }

    /// One valid JSON value; nil: the member is absent.
    public mutating func json(_ bytes: UnsafeRawBufferPointer?) {
        guard let bytes else { return leaveOut() }
        begin()
        writer.raw(bytes)
    }

    /// A list of few values; nil: the member is absent.
    public mutating func list(_ values: [some WireValue]?) {
        guard let values else { return leaveOut() }
        begin()
        var joined = [UInt8(ascii: "[")]
        for (index, value) in values.enumerated() {
            if index > 0 { joined.append(UInt8(ascii: ",")) }
            joined += FieldVisitor.write(value)
        }
        joined.append(UInt8(ascii: "]"))
        joined.withUnsafeBytes { writer.raw($0) }
    }

    private mutating func begin() {
        writer.member(names[next].text)
        next += 1
    }

    private mutating func leaveOut() {
        precondition(!names[next].isRequired, "a member that must be there is left out")
        next += 1
    }
}

/// How a type calls its members, in the order of its `visit`.
public struct MemberNames: Sendable {
    fileprivate let element: ObjectIdentifier
    fileprivate let list: [MemberName]

    public init<Element: Fields>(of type: Element.Type) {
        element = ObjectIdentifier(type)
        list = FieldVisitor.names(of: type)
    }
}

struct MemberName: Sendable {
    let text: StaticString
    let isRequired: Bool
}
