import Digest
import Domain
import HolderContracts

/// Something that an erasure keeps out for good, as the text that its tombstone is a keyed digest of.
public enum ErasedName: Hashable, Sendable {
    /// A person as an account of a platform meets them, in one workspace: another customer may have the account now.
    case person(WorkspaceID, Account, Alias)
    /// A person in our own tables; the number is never given again.
    case participant(ParticipantID)
    /// A person's objection: of one workspace, to all its accounts of a platform.
    case objection(WorkspaceID, Alias)
    /// Whom a legal hold is about: of one workspace, on all its accounts of a platform.
    case held(WorkspaceID, Alias)
    /// A message by the platform's id: what names it later (a status, an edit) stays out whatever its time.
    case message(Account, id: String)
    /// Who authorised an app.
    case authorization(Authorization)
    /// Whoever can be reached there and wrote to Botseller itself, however they spell it.
    case contact(Contact)
    case member(WorkspaceID, MemberID)
    /// All that came by a workspace's channels.
    case workspace(WorkspaceID)

    var text: String {
        switch self {
        case .person(let workspace, let account, let alias):
            "person\n\(workspace.rawValue)\n\(account.platform.rawValue)\n\(account.id)\n\(alias.kind.rawValue)\n\(alias.value)"
        case .objection(let workspace, let alias):
            "objection\n\(workspace.rawValue)\n\(alias.platform.rawValue)\n\(alias.kind.rawValue)\n\(alias.value)"
        case .held(let workspace, let alias):
            "held\n\(workspace.rawValue)\n\(alias.platform.rawValue)\n\(alias.kind.rawValue)\n\(alias.value)"
        case .participant(let id): "participant\n\(id.rawValue)"
        case .message(let account, let id): "message\n\(account.platform.rawValue)\n\(account.id)\n\(id)"
        case .member(let workspace, let member): "member\n\(workspace.rawValue)\n\(member.rawValue)"
        case .contact(let contact): "contact\n\(contact.kind.rawValue)\n\(contact.folded)"
        case .workspace(let workspace): "workspace\n\(workspace.rawValue)"
        case .authorization(let authorization): "authorization\n\(authorization.app)\n\(authorization.user)"
        }
    }
}

/// Makes the keyed digests of tombstones. The peppers live outside the database and its backups: without one nobody finds a person by a digest.
public struct ErasureDigester: Sendable {
    public static let digestBytes = 16

    private let peppers: [(version: Int64, key: HMACSHA256Key)]

    /// - Parameter peppers: all live ones by version; at least one.
    public init(peppers: [Int64: [UInt8]]) {
        precondition(!peppers.isEmpty, "an erasure needs a pepper")
        self.peppers = peppers.sorted { $0.key > $1.key }.map { ($0.key, HMACSHA256Key($0.value)) }
    }

    /// Of the pepper that comes first in `digests`.
    public var newestVersion: Int64 { peppers[0].version }

    /// One digest under every live pepper, the newest first: a tombstone may have been made under any of them.
    public func digests(_ name: ErasedName) -> [[UInt8]] {
        let text = Array(name.text.utf8)
        return peppers.map { Array($0.key.authenticate(text).prefix(ErasureDigester.digestBytes)) }
    }

    /// A name for records that must not say whom they are about: 32 lower-case hex digits, the digest that a tombstone would have.
    public func tag(_ name: ErasedName) -> String { Hex.encode(digests(name)[0]) }

    /// A new tombstone, under the newest pepper.
    public func tombstone(_ name: ErasedName, cutoff: Timestamp) -> Tombstone {
        Tombstone(digest: Hex.encode(digests(name)[0]), pepper: peppers[0].version, cutoff: cutoff)
    }
}
