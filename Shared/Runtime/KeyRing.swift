import Glibc
import Policy
import Threads
import Wire

/// Who may connect to a service: the keys of its links, read anew when the key folder has changed, so that a program comes, goes or gets
/// a new key while the service runs. Programs that are not the mesh's own must also be known to `others`.
final class KeyRing: PeerRegister, @unchecked Sendable {  // `keys`, `changedAt`, `isSettled` and `others` are guarded by `lock`.
    private let folder: KeyFolder
    private let service: Peer
    private let onProblem: @Sendable (KeyProblem) -> Void
    private let lock = Lock()
    private var keys: LinkKeys
    /// When the folder changed last, as of the last look.
    private var changedAt: timespec
    /// The look was long enough after that: what changes within one tick of the file system's clock would not be told apart.
    private var isSettled = false
    private var others: @Sendable (String) -> Peer? = { _ in nil }

    init(_ folder: KeyFolder, of service: Peer, onProblem: @escaping @Sendable (KeyProblem) -> Void) throws(KeyProblem) {
        self.folder = folder
        self.service = service
        self.onProblem = onProblem
        changedAt = KeyRing.changedAt(folder)
        keys = try folder.servingKeys(of: service)
    }

    /// From now on `others` says what kind a program with a name of its own is; nil for one that it doesn't know.
    func know(_ others: @escaping @Sendable (String) -> Peer?) { lock.withLock { self.others = others } }

    func secret(_ peer: String, _ key: String) -> [UInt8]? {
        lock.withLock {
            let now = KeyRing.changedAt(folder)
            if !isSettled || now.tv_sec != changedAt.tv_sec || now.tv_nsec != changedAt.tv_nsec {
                // The old keys stay when the new ones can't be read: a broken file must not lock everybody out.
                do throws(KeyProblem) { keys = try folder.servingKeys(of: service) } catch { onProblem(error) }
                changedAt = now
                isSettled = time(nil) > now.tv_sec + 1
            }
            return keys.secret(peer, key)
        }
    }

    func kind(of peer: String) -> Peer? {
        let others = lock.withLock { self.others }
        return Peer.ofMesh.first { $0.rawValue == peer } ?? others(peer)
    }

    /// Zero for a folder that can't be looked at; reading its keys says why.
    private static func changedAt(_ folder: KeyFolder) -> timespec {
        var status = stat()
        return stat(folder.path, &status) == 0 ? status.st_mtim : timespec()
    }
}
