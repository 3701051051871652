import Wire

/// The limits of a listener (DESIGN §2).
public struct MeshListenerOptions: Sendable {
    /// For all of the hello.
    public var helloTimeoutMilliseconds = Hello.timeoutMilliseconds
    /// Connections before their hello; one more cuts the oldest of them.
    public var unidentifiedConnectionCountMax = 32
    public var connectionCountMax = 256
    /// Of those, kept for peers that `hasReservedConnections`.
    public var reservedConnectionCount = 8
    /// Requests of one connection that are not answered yet.
    public var inFlightCountMax = 1024
    /// The frames of those requests.
    public var inFlightBytesMax = 8 * 1024 * 1024
    /// A peer that takes none of what waits for it for this long is cut off; also the limit for the rest of a frame that doesn't come.
    public var stallMillisecondsMax: Int64 = 5000
    /// For the whole of a frame that needs more room than a read has: one byte now and then must not hold that room.
    public var frameMillisecondsMax: Int64 = 10_000
    /// States that a tunnel or a private network carries the link: needed to listen beyond loopback (`MESH_LINK=protected`).
    public var isLinkProtected = false

    public init() {}
}
