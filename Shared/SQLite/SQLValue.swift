/// What a statement's parameter is bound to. Our schemas are STRICT and hold integers, text and blobs only.
public enum SQLValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    /// NULL when there is no value.
    @inlinable public init(_ value: Int64?) { self = value.map { .integer($0) } ?? .null }
    @inlinable public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
    @inlinable public init(_ value: Bool) { self = .integer(value ? 1 : 0) }
    @inlinable public init(_ value: String?) { self = value.map { .text($0) } ?? .null }
    @inlinable public init(_ value: [UInt8]?) { self = value.map { .blob($0) } ?? .null }
}

extension SQLValue: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    @inlinable public init(integerLiteral value: Int64) { self = .integer(value) }
    @inlinable public init(stringLiteral value: String) { self = .text(value) }
    @inlinable public init(nilLiteral: ()) { self = .null }
}
