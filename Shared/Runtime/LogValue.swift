/// What a field of a log line may hold.
///
/// There is no case for text of unknown origin, and none is to be added: bodies, names, phones and bound values must not reach a log.
public enum LogValue: Sendable {
    case int(Int64)
    case bool(Bool)
    /// A word of the source code.
    case word(StaticString)
    /// An identifier, written as the first 8 hex digits of its HMAC under a key that lives and dies with the process: equal ones can
    /// be told within one run, and none can be told from the log alone.
    case tag(String)
    /// Text of our own making whose words are known though not literal: a path, a method's name, `DatabaseError.description`.
    /// Never anything that came over a socket or out of a row. Cut at `Log.safeLengthMax`.
    case safe(String)
}

extension LogValue: ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByStringLiteral {
    public init(integerLiteral value: Int64) { self = .int(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    // A StaticString: a literal is a word, and interpolation doesn't compile.
    public init(stringLiteral value: StaticString) { self = .word(value) }
}
