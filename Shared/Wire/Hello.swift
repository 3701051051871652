import Digest
import Policy

/// The mutual proof of who connects, before any request (DESIGN §2): HMAC-SHA256 over names and both sides' nonces.
///
/// It proves identity only; confidentiality is the tunnel's work where a link leaves the machine.
public enum Hello {
    public static let timeoutMilliseconds: Int64 = 2000
    public static let nonceBytes = 32
    public static let secretBytes = 32

    enum Side: String { case client, server }

    /// Names of services, peers and keys: `[a-z0-9-]{1,32}` without `--`, which parts them in file names.
    public static func isName(_ name: String) -> Bool {
        let allowed = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        return allowed && (1...32).contains(name.utf8.count) && !hasDoubleDash(name)
    }

    private static func hasDoubleDash(_ name: String) -> Bool {
        zip(name.utf8, name.utf8.dropFirst()).contains { $0 == 45 && $1 == 45 }
    }

    static func proof(_ secret: [UInt8], service: String, peer: String, key: String, nonces: (server: String, client: String), _ side: Side)
        -> [UInt8]
    {
        let text = "mesh/1\n\(service)\n\(peer)\n\(key)\n\(nonces.server)\n\(nonces.client)\n\(side.rawValue)"
        return HMACSHA256Key(secret).authenticate(Array(text.utf8))
    }

    static func isNonce(_ text: String) -> Bool { Base64URL.decode(text)?.count == nonceBytes }

    /// S → C, first.
    struct Greeting: Fields {
        var mesh: Int64 = 1
        var service = ""
        var nonce = ""

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("mesh", &mesh, 1...1)
            fields.field("service", &service, max: 32)
            fields.field("nonce", &nonce, max: 43)
        }
    }

    /// C → S.
    struct Claim: Fields {
        var peer = ""
        var key = ""
        var nonce = ""
        var proof = ""

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("peer", &peer, max: 32)
            fields.field("key", &key, max: 32)
            fields.field("nonce", &nonce, max: 43)
            fields.field("proof", &proof, max: 43)
        }
    }

    /// S → C, last: the server's own proof, or why not.
    struct Verdict: Fields {
        var proof: String?
        var fault: Fault?

        mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("proof", &proof, max: 43)
            fields.field("fault", &fault)
        }
    }

    static func read<Value: Fields>(_ type: Value.Type, _ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> Value {
        do { return try FieldVisitor.read(type, from: bytes, range, refusesUnknown: true) } catch {
            throw Fault(.malformed, "hello: \(error.message)")
        }
    }

    static func frame(_ value: some Fields) -> [UInt8] { Frame.write { FieldVisitor.write(value, into: &$0) } }
}

/// Who may connect: asked at each hello, so that a program may come and go while a service runs.
public protocol PeerRegister: Sendable {
    func secret(_ peer: String, _ key: String) -> [UInt8]?
    /// nil for an unknown program.
    func kind(of peer: String) -> Peer?
}

/// The secrets that one side holds, by peer (or service) and key id; two live ids allow rotation.
public struct LinkKeys: PeerRegister {
    private var secrets: [String: [String: [UInt8]]] = [:]

    public init() {}

    public mutating func add(peer: String, key: String, secret: [UInt8]) {
        precondition(secret.count == Hello.secretBytes, "a link's secret has 32 bytes")
        secrets[peer, default: [:]][key] = secret
    }

    public func secret(_ peer: String, _ key: String) -> [UInt8]? { secrets[peer]?[key] }

    public func kind(of peer: String) -> Peer? { Peer.ofMesh.first { $0.rawValue == peer } }

    /// The newest key for calling `service`: the last id in order of names.
    public func newest(_ service: String) -> (key: String, secret: [UInt8])? {
        secrets[service]?.max { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

/// The server's side of one hello, as a value.
public struct ServerHello: Sendable {
    private let service: String
    private let register: any PeerRegister
    private let nonce: String
    /// Proves against this when the peer is unknown, so that it takes as long as a wrong proof.
    private let decoy: [UInt8]

    public init(service: String, register: any PeerRegister, nonce: [UInt8], decoy: [UInt8]) {
        self.service = service
        self.register = register
        self.nonce = Base64URL.encode(nonce)
        self.decoy = decoy
    }

    /// What the server sends first.
    public var greeting: [UInt8] {
        Hello.frame(Hello.Greeting(mesh: 1, service: service, nonce: nonce))
    }

    /// Answers the client's claim: who it is and the server's proof. A fault is sent before the connection closes (`frame(_:)`).
    public func answer(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> (peer: ConnectedPeer, frame: [UInt8]) {
        let claim = try Hello.read(Hello.Claim.self, bytes, range)
        let known = register.secret(claim.peer, claim.key)
        let isSound = Hello.isName(claim.peer) && Hello.isName(claim.key) && Hello.isNonce(claim.nonce) && claim.nonce != nonce
        let secret = known ?? decoy
        let nonces = (server: nonce, client: claim.nonce)
        let wanted = Hello.proof(secret, service: service, peer: claim.peer, key: claim.key, nonces: nonces, .client)
        let isProven = constantTimeEquals(wanted, Base64URL.decode(claim.proof) ?? [])
        guard isSound, isProven, known != nil, let kind = register.kind(of: claim.peer) else {
            throw Fault(.unauthenticated, "the proof does not fit: check that both sides load the same key file")
        }
        let proof = Hello.proof(secret, service: service, peer: claim.peer, key: claim.key, nonces: nonces, .server)
        return (ConnectedPeer(kind, name: claim.peer), Hello.frame(Hello.Verdict(proof: Base64URL.encode(proof))))
    }

    public static func frame(_ fault: Fault) -> [UInt8] { Hello.frame(Hello.Verdict(fault: fault)) }
}

/// The client's side of one hello, as a value.
public struct ClientHello: Sendable {
    private let service: String
    private let peer: String
    private let key: String
    private let secret: [UInt8]
    private let nonce: String
    private var serverNonce = ""

    public init(service: String, peer: String, key: String, secret: [UInt8], nonce: [UInt8]) {
        self.service = service
        self.peer = peer
        self.key = key
        self.secret = secret
        self.nonce = Base64URL.encode(nonce)
    }

    /// Takes the server's greeting; returns the claim to send.
    public mutating func claim(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) -> [UInt8] {
        let greeting = try Hello.read(Hello.Greeting.self, bytes, range)
        guard greeting.service == service else { throw Fault(.unauthenticated, "another service than \(service) answers at this address") }
        guard Hello.isNonce(greeting.nonce), greeting.nonce != nonce else { throw Fault(.malformed, "hello: a bad nonce") }
        serverNonce = greeting.nonce
        let proof = Hello.proof(secret, service: service, peer: peer, key: key, nonces: (serverNonce, nonce), .client)
        return Hello.frame(Hello.Claim(peer: peer, key: key, nonce: nonce, proof: Base64URL.encode(proof)))
    }

    /// Checks the server's own proof; returning means that both sides are known to each other.
    public func finish(_ bytes: [UInt8], _ range: Range<Int>) throws(Fault) {
        let verdict = try Hello.read(Hello.Verdict.self, bytes, range)
        if let fault = verdict.fault { throw fault }
        let wanted = Hello.proof(secret, service: service, peer: peer, key: key, nonces: (serverNonce, nonce), .server)
        guard constantTimeEquals(wanted, Base64URL.decode(verdict.proof ?? "") ?? []) else {
            throw Fault(.unauthenticated, "\(service) could not prove who it is")
        }
    }
}
