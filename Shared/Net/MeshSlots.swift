import Policy

/// Who may hold a connection, as a value: few strangers, a bounded number of peers, and always room for those who must get in.
struct MeshSlots {
    enum Arrival: Equatable {
        case enter
        /// The oldest stranger leaves first: an honest hello takes milliseconds, so the oldest is the likeliest to be stuck.
        case cutOldestStranger
        case refuse
    }

    private let options: MeshListenerOptions
    private(set) var strangers = 0
    private(set) var peers = 0
    private var ordinaryPeers = 0

    init(_ options: MeshListenerOptions) { self.options = options }

    var isEmpty: Bool { strangers + peers == 0 }

    /// A connection arrives; counts it as a stranger when it may enter.
    mutating func arrive() -> Arrival {
        let room = min(options.unidentifiedConnectionCountMax, options.connectionCountMax - peers)
        if strangers < room {
            strangers += 1
            return .enter
        }
        return strangers > 0 ? .cutOldestStranger : .refuse
    }

    /// A stranger proved who it is; false when the connections for its kind are taken (it stays a stranger until it leaves).
    mutating func identify(_ peer: Peer) -> Bool {
        if !peer.hasReservedConnections {
            guard ordinaryPeers < options.connectionCountMax - options.reservedConnectionCount else { return false }
            ordinaryPeers += 1
        }
        strangers -= 1
        peers += 1
        return true
    }

    /// A connection ended; nil for a stranger's.
    mutating func leave(_ peer: Peer?) {
        guard let peer else { return strangers -= 1 }
        peers -= 1
        if !peer.hasReservedConnections { ordinaryPeers -= 1 }
    }
}
