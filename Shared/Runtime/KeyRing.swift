import Policy
import Threads
import Wire

/// Who may connect to a service: the keys of its links, so that a program comes, goes or gets a new key while the service runs. Programs
/// that are not the mesh's own must also be known to `others`.
final class KeyRing: PeerRegister, @unchecked Sendable {  // `others` is guarded by `lock`.
    private let keys: LiveKeys<LinkKeys>
    private let lock = Lock()
    private var others: @Sendable (String) -> Peer? = { _ in nil }

    init(_ folder: KeyFolder, of service: Peer, onProblem: @escaping @Sendable (KeyProblem) -> Void) throws(KeyProblem) {
        keys = try LiveKeys(folder, onProblem: onProblem) { (folder) throws(KeyProblem) in try folder.servingKeys(of: service) }
    }

    /// From now on `others` says what kind a program with a name of its own is; nil for one that it doesn't know.
    func know(_ others: @escaping @Sendable (String) -> Peer?) { lock.withLock { self.others = others } }

    func secret(_ peer: String, _ key: String) -> [UInt8]? { keys.current.secret(peer, key) }

    func kind(of peer: String) -> Peer? {
        let others = lock.withLock { self.others }
        return Peer.ofMesh.first { $0.rawValue == peer } ?? others(peer)
    }
}
