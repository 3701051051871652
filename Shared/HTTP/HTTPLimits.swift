/// What one public door takes, and for how long it waits. Bytes, counts and milliseconds.
public struct HTTPLimits: Equatable, Sendable {
    /// Request line and headers together, the empty line included.
    public var headBytesMax = 8 * 1024
    public var headerCountMax = 100
    /// One body; decided from Content-Length, before any of it is read.
    public var bodyBytesMax = 3 * 1024 * 1024
    /// All partial requests of one server together; beyond: 503. A peer can't make us hold 5,000 × `bodyBytesMax`.
    public var partialBytesMax = 64 * 1024 * 1024
    /// Open connections of one server; beyond: 503 at once.
    public var connectionsMax = 5_000

    /// From the first byte of a head to its last.
    public var headMilliseconds: Int64 = 5_000
    /// From the end of the head to the last byte of the body.
    public var bodyMilliseconds: Int64 = 10_000
    /// Between requests, and before the first.
    public var idleMilliseconds: Int64 = 15_000
    /// From the request to the handler's reply; then 503.
    public var answerMilliseconds: Int64 = 30_000
    /// Without any progress in sending a response.
    public var stallMilliseconds: Int64 = 10_000
    /// For the peer to close after our last byte, so that it reads the response (RFC 9112 §9.6).
    public var lingerMilliseconds: Int64 = 2_000

    public init(bodyBytesMax: Int = 3 * 1024 * 1024) { self.bodyBytesMax = bodyBytesMax }
}
