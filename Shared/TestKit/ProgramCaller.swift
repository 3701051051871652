import Policy
import Wire

extension Contract {
    /// A program that may make the call as itself, without a person's token: the operator where it may, else one of the mesh's own.
    public var programCaller: Peer {
        let isOperators = callers.contains(.operator) && (roles.isEmpty || roles.contains(.operator))
        return isOperators ? .operator : callers.first { $0 != .operator && Peer.ofMesh.contains($0) } ?? .operator
    }
}
