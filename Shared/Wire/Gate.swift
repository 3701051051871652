import Policy

/// Decides before a handler whether a request may reach it.
public protocol Gate: Sendable {
    /// Returns who acts, nil for the peer itself; throws the fault that the caller gets, also to a program that the contract doesn't list.
    func admit(_ entrant: Entrant) throws(Fault) -> Actor?
}

/// What a gate decides about: who asks for what, in whose data.
public struct Entrant: Sendable {
    public let peer: ConnectedPeer
    /// The envelope's `actor`, not yet proved.
    public let token: String?
    public let contract: Contract
    /// `Request.scope`.
    public let scope: String?
    /// `Request.purposes`; none where the body doesn't fit its request.
    public let purposes: [DeclaredPurpose]

    public init(peer: ConnectedPeer, token: String?, contract: Contract, scope: String?, purposes: [DeclaredPurpose] = []) {
        self.peer = peer
        self.token = token
        self.contract = contract
        self.scope = scope
        self.purposes = purposes
    }
}
