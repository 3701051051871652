import Wire

/// A moment: whole milliseconds since 1970-01-01 UTC.
public struct Timestamp: RawRepresentable, WireValue, Hashable, Comparable {
    public var rawValue: Int64

    public init() { rawValue = 0 }
    public init(rawValue: Int64) { self.rawValue = rawValue }

    public static func < (one: Timestamp, other: Timestamp) -> Bool { one.rawValue < other.rawValue }

    public func adding(milliseconds: Int64) -> Timestamp { Timestamp(rawValue: rawValue + milliseconds) }

    /// Days since 1970-01-01 UTC: the partition of deduplication keys.
    public var day: Int64 { (rawValue - (rawValue < 0 ? 86_399_999 : 0)) / 86_400_000 }

    public mutating func visitValue(_ visitor: inout FieldVisitor) { visitor.integer(&rawValue, 0...253_402_300_799_999) }
}
