/// The mesh or a machine broke, or the caller did: never the domain's no, which is a refusal.
public struct Fault: Error, Fields, Hashable {
    public enum Code: String, WireWord {
        case malformed, tooLarge, unknownMethod, unauthenticated, forbidden, purposeForbidden, deadlineExceeded, overloaded, unavailable,
            `internal`
    }

    public private(set) var code = Code.internal
    /// Whether the same call may succeed later.
    public private(set) var retry = false
    /// For people: says what to do, never what the caller sent.
    public private(set) var message = ""

    public init() {}

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = Fault.shortened(message)
        switch code {
        case .deadlineExceeded, .overloaded, .unavailable: retry = true
        case .malformed, .tooLarge, .unknownMethod, .unauthenticated, .forbidden, .purposeForbidden, .internal: retry = false
        }
    }

    /// What the other end takes: a message that is cut still tells more than one that is refused.
    static func shortened(_ message: String) -> String {
        guard message.utf8.count > String.wireLengthMax else { return message }
        return String(String.UnicodeScalarView(message.unicodeScalars.prefix(String.wireLengthMax)))
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("code", &code)
        fields.field("retry", &retry)
        fields.field("message", &message)
    }
}
