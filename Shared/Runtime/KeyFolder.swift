import Digest
import Glibc
import Policy
import Wire

/// A key that is missing, broken, or readable by others; says what to do about it.
public struct KeyProblem: Error, Equatable, CustomStringConvertible {
    public let description: String
}

/// The secrets of a mesh on one machine: `<data>/keys`, mode 0700, a file each, mode 0600.
///
/// `*.key` and `*.pepper` hold 32 bytes as base64url text; `*.secret` and `*.token` hold text. One newline at the end is let pass.
public struct KeyFolder: Sendable {
    static let fileLengthMax = 4096
    /// Live secrets of one app: each costs a look at every call that nobody signed.
    static let appSecretCountMax = 9

    public let path: String

    public init(dataFolder: String) { path = "\(dataFolder)/keys" }

    /// The keys by which a service knows who connects, all peers together.
    public func servingKeys(of service: Peer) throws(KeyProblem) -> LinkKeys {
        var keys = LinkKeys()
        for link in try links() where link.callee == service.rawValue {
            keys.add(peer: link.caller, key: link.id, secret: try secret(named: link.name))
        }
        return keys
    }

    /// The keys by which a peer connects, all services together.
    public func callingKeys(of peer: Peer) throws(KeyProblem) -> LinkKeys { try callingKeys(of: peer.rawValue) }

    /// The same of a program with a name of its own.
    public func callingKeys(of program: String) throws(KeyProblem) -> LinkKeys {
        var keys = LinkKeys()
        for link in try links() where link.caller == program {
            keys.add(peer: link.callee, key: link.id, secret: try secret(named: link.name))
        }
        return keys
    }

    /// The live peppers of the tombstones' digests by version.
    public func peppers() throws(KeyProblem) -> [Int64: [UInt8]] {
        var peppers: [Int64: [UInt8]] = [:]
        for name in try names() { if let version = KeyName.parsePepper(name) { peppers[version] = try secret(named: name) } }
        return peppers
    }

    /// The live keys that sign tokens, by id.
    public func tokenKeys() throws(KeyProblem) -> [String: [UInt8]] { try keys(named: KeyName.tokenKey) }

    /// The live keys that sign leases, by id.
    public func leaseKeys() throws(KeyProblem) -> [String: [UInt8]] { try keys(named: KeyName.leaseKey) }

    private func keys(named family: (String) -> String) throws(KeyProblem) -> [String: [UInt8]] {
        var keys: [String: [UInt8]] = [:]
        for name in try names() { if let id = KeyName.parse(name, as: family) { keys[id] = try secret(named: name) } }
        return keys
    }

    /// All live secrets of an app, so that a rotation loses nothing: `meta.app.secret` and every `meta.app.*.secret`, such as
    /// `meta.app.2.secret`. One to nine.
    /// - Parameter app: what the names of the files begin with, such as `meta.app`.
    public func secrets(of app: String) throws(KeyProblem) -> [[UInt8]] {
        let live = try names().filter { KeyName.isSecret($0, of: app) }.sorted()
        guard !live.isEmpty else { throw KeyProblem(description: "\(path)/\(app).secret is missing: the launcher makes missing keys") }
        guard live.count <= KeyFolder.appSecretCountMax else {
            throw KeyProblem(
                description: "\(path) has more than \(KeyFolder.appSecretCountMax) secrets of \(app): remove those that are no longer used")
        }
        var secrets: [[UInt8]] = []
        for name in live { secrets.append(try secret(named: name)) }
        return secrets
    }

    /// One secret: 32 bytes of a key or pepper, the text of anything else.
    public func secret(named name: String) throws(KeyProblem) -> [UInt8] {
        let file = "\(path)/\(name)"
        var (text, status) = try read(file)
        guard status.st_mode & 0o077 == 0 else {
            throw KeyProblem(
                description: "\(file) can be read or written by others: run chmod 600 '\(file)', or make a new one if it was read")
        }
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        guard name.hasSuffix(".key") || name.hasSuffix(".pepper") else {
            guard !text.isEmpty else { throw KeyProblem(description: "\(file) is empty: remove it and let the launcher make a new one") }
            return text
        }
        guard let bytes = Base64URL.decode(text), bytes.count == Hello.secretBytes else {
            throw KeyProblem(
                description: "\(file) must hold \(Hello.secretBytes) bytes as base64url text, unpadded: restore it or make a new one")
        }
        return bytes
    }

    private func links() throws(KeyProblem) -> [(name: String, caller: String, callee: String, id: String)] {
        var links: [(name: String, caller: String, callee: String, id: String)] = []
        for name in try names() where KeyName.isLink(name) {
            guard let link = KeyName.parseLink(name) else {
                throw KeyProblem(description: "\(path)/\(name) is no name of a link's key: expected <peer>--<service>.<key id>.key")
            }
            links.append((name, link.caller, link.callee, link.id))
        }
        return links
    }

    /// Makes the keys by which a program that is not the mesh's own connects to each service; those that are there stay.
    public func createLinks(of peer: String, random: (Int) -> [UInt8]) throws {
        let linked = Set(try AtomicFile.names(in: path).compactMap(KeyName.parseLink).filter { $0.caller == peer }.map(\.callee))
        for service in MeshPlan.services where !linked.contains(service.rawValue) {
            let name = KeyName.link(peer, service.rawValue, id: KeyFolder.firstLinkID)
            _ = try AtomicFile.create("\(path)/\(name)", with: KeyFolder.content(of: name, random), mode: 0o600)
        }
        try AtomicFile.syncFolder(path)
    }

    /// Removes all keys of a program that is not the mesh's own.
    public func removeLinks(of peer: String) throws {
        precondition(!Peer.ofMesh.contains { $0.rawValue == peer }, "the mesh's own keys stay")
        for name in try AtomicFile.names(in: path) where KeyName.parseLink(name)?.caller == peer {
            try AtomicFile.remove("\(path)/\(name)")
        }
        try AtomicFile.syncFolder(path)
    }

    private func names() throws(KeyProblem) -> [String] {
        do { return try AtomicFile.names(in: path) } catch { throw KeyFolder.problem(error) }
    }

    private func read(_ file: String) throws(KeyProblem) -> (bytes: [UInt8], status: stat) {
        do { return try AtomicFile.read(file, lengthMax: KeyFolder.fileLengthMax) } catch { throw KeyFolder.problem(error) }
    }

    private static func problem(_ problem: AtomicFile.Problem) -> KeyProblem {
        KeyProblem(description: "\(problem): the launcher makes missing keys; check that MESH_DATA is the folder that it uses")
    }
}
