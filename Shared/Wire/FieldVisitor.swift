/// A value that crosses the wire: it says once how it is read, written and described.
public protocol WireValue: Sendable {
    /// A blank to read into; never seen by anyone before it is filled.
    init()
    mutating func visitValue(_ visitor: inout FieldVisitor)
}

/// A JSON object that names its members once. Reader, writer and JSON Schema follow from `visit`, which names the same members in the
/// same order each time: it may be called twice for one object, and must not depend on what was read.
///
///     public mutating func visit(_ fields: inout FieldVisitor) {
///         fields.field("channel", &channel)
///         fields.field("text", &text, max: 4096)       // an Optional is a member that may be absent
///     }
public protocol Fields: WireValue {
    mutating func visit(_ fields: inout FieldVisitor)
}

extension Fields {
    @inlinable
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.object(&self) }
}

/// The one visitor of all fields. It reads, writes or describes; the first failure ends its work and stays in `failure`.
///
/// Limits are the reader's: who writes a value beyond them is told so by the other end (`malformed`). What is generic here is inlinable,
/// so that each type gets its own code where it is declared.
public struct FieldVisitor: ~Copyable {
    @usableFromInline enum Mode { case reading, writing, describing }

    @usableFromInline let mode: Mode
    /// Members that the type doesn't name: ignored in a body (a newer client may talk to an older server), refused in hello and envelope.
    var refusesUnknown: Bool
    /// What is read is the last member of an envelope: its brace ends the frame.
    var isInEnvelope = false
    var reader: JSONReader
    @usableFromInline var writer: JSONWriter
    @usableFromInline var object = ObjectState()
    /// Stands for the list of its elements' type in what is written.
    @usableFromInline var written: WrittenList?
    public internal(set) var failure: WireError?

    /// Reads from `bytes`, which outlive it.
    @usableFromInline
    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>?, mode: JSONReader.Mode, refusesUnknown: Bool) {
        self.mode = .reading
        self.refusesUnknown = refusesUnknown
        reader = JSONReader(bytes, range, mode: mode)
        writer = JSONWriter(reserving: 0)
    }

    /// Writes or describes.
    @usableFromInline
    init(_ mode: Mode, reserving capacity: Int = 256) {
        self.mode = mode
        writer = JSONWriter(reserving: capacity)
        refusesUnknown = false
        reader = JSONReader(UnsafeBufferPointer(start: nil, count: 0))
    }

    // MARK: The three uses

    /// Reads one value that fills `range` of `bytes`.
    @inlinable
    public static func read<Value: WireValue>(
        _ type: Value.Type, from bytes: [UInt8], _ range: Range<Int>? = nil, mode: JSONReader.Mode = .strict, refusesUnknown: Bool = false
    ) throws(WireError) -> Value {
        try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
            var visitor = FieldVisitor(bytes, range, mode: mode, refusesUnknown: refusesUnknown)
            var value = Value()
            value.visitValue(&visitor)
            try visitor.finish()
            return value
        }
    }

    /// Writes one value behind what `writer` has.
    @inlinable
    public static func write<Value: WireValue>(_ value: Value, into writer: inout JSONWriter, with list: WrittenList? = nil) {
        var visitor = FieldVisitor(.writing, reserving: 0)
        visitor.written = list
        swap(&visitor.writer, &writer)
        var value = value
        value.visitValue(&visitor)
        swap(&visitor.writer, &writer)
    }

    @inlinable
    public static func write<Value: WireValue>(_ value: Value) -> [UInt8] {
        var visitor = FieldVisitor(.writing)
        var value = value
        value.visitValue(&visitor)
        return visitor.writer.bytes
    }

    /// The JSON Schema (2020-12) of a type.
    public static func schema<Value: WireValue>(of type: Value.Type) -> [UInt8] {
        var visitor = FieldVisitor(.describing)
        var value = Value()
        value.visitValue(&visitor)
        return visitor.writer.bytes
    }

    /// The names of a type's members, in the order of its `visit`.
    static func names<Value: Fields>(of type: Value.Type) -> [MemberName] {
        var visitor = FieldVisitor(.describing)
        let detour = ObjectDetour()
        visitor.object.detour = detour
        var value = Value()
        value.visit(&visitor)
        return detour.names
    }

    @usableFromInline
    mutating func finish() throws(WireError) {
        if let failure { throw failure }
        if isInEnvelope { try reader.consume(UInt8(ascii: "}"), "the end of the envelope") }
        try reader.finish()
    }

    // MARK: Members

    /// A member that must be there.
    @inlinable
    public mutating func field<Value: WireValue>(_ name: StaticString, _ value: inout Value) {
        guard begin(name, isRequired: true, isPresent: true) else { return }
        value.visitValue(&self)
        end(name)
    }

    /// A member that may be absent. Absent is absent: `null` is refused.
    @inlinable
    public mutating func field<Value: WireValue>(_ name: StaticString, _ value: inout Value?) {
        guard begin(name, isRequired: false, isPresent: value != nil) else { return }
        if value == nil { value = Value() }
        value?.visitValue(&self)
        end(name)
    }

    /// A reply's id: a number, or null where the request's could not be read.
    mutating func nullable(_ name: StaticString, _ value: inout Int64?) {
        guard begin(name, isRequired: true, isPresent: true) else { return }
        if mode == .reading ? reader.peek() == UInt8(ascii: "n") : value == nil {
            nothing()
            value = nil
        } else {
            var number = value ?? 0
            integer(&number, 0...Int64.max)
            value = number
        }
        end(name)
    }

    /// Text of `min` to `max` Unicode scalars.
    public mutating func field(_ name: StaticString, _ value: inout String, min: Int = 0, max: Int, of alphabet: Alphabet? = nil) {
        guard begin(name, isRequired: true, isPresent: true) else { return }
        text(&value, min: min, max: max, of: alphabet)
        end(name)
    }

    public mutating func field(_ name: StaticString, _ value: inout String?, min: Int = 0, max: Int, of alphabet: Alphabet? = nil) {
        guard begin(name, isRequired: false, isPresent: value != nil) else { return }
        if mode == .writing, let value {
            writer.string(value)
        } else {
            var inner = ""
            text(&inner, min: min, max: max, of: alphabet)
            value = inner
        }
        end(name)
    }

    public mutating func field(_ name: StaticString, _ value: inout Int64, _ range: ClosedRange<Int64>) {
        guard begin(name, isRequired: true, isPresent: true) else { return }
        integer(&value, range)
        end(name)
    }

    public mutating func field(_ name: StaticString, _ value: inout Int64?, _ range: ClosedRange<Int64>) {
        guard begin(name, isRequired: false, isPresent: value != nil) else { return }
        var inner = value ?? range.lowerBound
        integer(&inner, range)
        value = inner
        end(name)
    }

    /// A list of at most `max` values.
    @inlinable
    public mutating func field<Value: WireValue>(_ name: StaticString, _ values: inout [Value], max: Int) {
        guard begin(name, isRequired: true, isPresent: true) else { return }
        list(&values, max: max)
        end(name)
    }

    @inlinable
    public mutating func field<Value: WireValue>(_ name: StaticString, _ values: inout [Value]?, max: Int) {
        guard begin(name, isRequired: false, isPresent: values != nil) else { return }
        var inner = values ?? []
        list(&inner, max: max)
        values = inner
        end(name)
    }

    @inlinable
    mutating func end(_ name: StaticString) { if failure != nil { place(name) } }

    /// Adds the member's name to a failure inside it, so that the sender learns the place.
    @usableFromInline
    mutating func place(_ name: StaticString) {
        guard let failure, failure.kind == .shape else { return }
        let separator = failure.message.hasPrefix("expected") ? ": " : "."
        self.failure = WireError(.shape, "\(name)\(separator)\(failure.message)")
    }
}
