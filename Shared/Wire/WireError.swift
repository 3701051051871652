/// Why bytes are not what we read: either not JSON at all, or JSON that doesn't fit the type it is read into.
public struct WireError: Error, Equatable, Sendable {
    public enum Kind: Sendable { case syntax, shape }
    public let kind: Kind
    /// Says what was expected and where, in our own names; never what the sender wrote.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static func syntax(_ message: String) -> WireError { WireError(.syntax, message) }
}
