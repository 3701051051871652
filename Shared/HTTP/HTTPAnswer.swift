/// What another server answered, whole.
public struct HTTPAnswer: Equatable, Sendable {
    public let status: Int
    public let headers: HTTPHeaders
    public let body: [UInt8]

    public init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public var isSuccess: Bool { (200...299).contains(status) }
}

/// Why a call brought no answer. Constant words, never what the other side said.
public enum HTTPCallFailure: String, Error, CaseIterable, Sendable {
    /// Nobody listens there, or they went away before their answer was whole.
    case unreachable
    case timedOut
    /// No answer as RFC 9112 has it, or one of the forms that we don't take.
    case malformed
    case tooLarge
}
