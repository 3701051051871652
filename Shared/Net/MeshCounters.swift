import Wire

/// What a listener did since it started, at one moment; for metrics.
public struct MeshCounters: Sendable, Equatable {
    /// Open now, those before their hello included.
    public var connections = 0
    /// Requests taken and not answered yet.
    public var inFlight = 0
    public var connectionsAccepted: Int64 = 0
    /// Frames read after the hello, refused ones included.
    public var requests: Int64 = 0
    /// Faults answered, by code.
    public var faults: [Fault.Code: Int64] = [:]
    public var bytesIn: Int64 = 0
    public var bytesOut: Int64 = 0

    public init() {}

    static func += (sum: inout MeshCounters, more: MeshCounters) {
        sum.connections += more.connections
        sum.inFlight += more.inFlight
        sum.connectionsAccepted += more.connectionsAccepted
        sum.requests += more.requests
        sum.faults.merge(more.faults) { $0 + $1 }
        sum.bytesIn += more.bytesIn
        sum.bytesOut += more.bytesOut
    }
}
