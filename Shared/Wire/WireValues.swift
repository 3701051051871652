/// A closed set of words: an enum with String raw values.
public protocol WireWord: WireValue, RawRepresentable<String>, CaseIterable {}

extension WireWord {
    @inlinable
    public init() {
        guard let first = Self.allCases.first else { preconditionFailure("a set of words has at least one") }
        self = first
    }

    @inlinable
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.word(&self) }
}

extension Bool: WireValue {
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.truth(&self) }
}

extension Int64: WireValue {
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.integer(&self, Int64.min...Int64.max) }
}

extension String: WireValue {
    /// Where a field names no limit of its own.
    public static let wireLengthMax = 1024

    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.text(&self, max: String.wireLengthMax) }
}

extension Dictionary: WireValue where Key == String, Value: WireValue {
    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.map(&self) }
}

/// A JSON value that we carry without looking inside; checked, and kept as the bytes that came.
public struct RawJSON: WireValue, Hashable {
    public internal(set) var bytes: [UInt8]

    public init() { bytes = Array("null".utf8) }

    /// `bytes` must be one valid JSON value.
    public init(checked bytes: [UInt8]) { self.bytes = bytes }

    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.json(&self) }
}

/// Where a value lies in the bytes that are being read, to be read by whoever knows its type. Never written.
public struct JSONRange: WireValue, Hashable {
    public internal(set) var range = 0..<0

    public init() {}

    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.range(&self) }
}

/// An object without members.
public struct Empty: Fields, Hashable {
    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}
}
