import Domain
import Wire

/// What a token says: which member acts, in which generation of their rights, until when.
///
/// On the wire `v1.<key id>.<member>.<generation>.<expires at, ms>.<MAC>`, as `SigningKeys` says. Role and workspace are not in it: the
/// access facts say them, so that a change counts at once.
public struct ActorToken: Sendable, Equatable {
    /// A token is short-lived: whoever signs members in asks for a new one.
    public static let lifetimeSecondsMax: Int64 = 900
    public static let lifetimeSecondsMin: Int64 = 10
    static let version = "v1"

    public let member: MemberID
    /// Grows with each change of the member's role, and when they are removed.
    public let generation: Int64
    public let expiresAt: Timestamp

    /// - Parameter member: an id that we gave, and so without a point.
    public init(member: MemberID, generation: Int64, expiresAt: Timestamp) {
        self.member = member
        self.generation = generation
        self.expiresAt = expiresAt
    }
}

/// The keys that sign tokens and prove them. Every service holds them all.
public struct TokenKeys: Sendable {
    private let keys: SigningKeys

    /// - Parameter secrets: by id; at least one.
    public init(_ secrets: [String: [UInt8]]) { keys = SigningKeys(secrets) }

    public func sign(_ token: ActorToken) -> String {
        keys.sign(ActorToken.version, [token.member.rawValue, "\(token.generation)", "\(token.expiresAt.rawValue)"])
    }

    /// The token that `text` is; nil for one that we didn't sign. Whether it has expired is the caller's question.
    public func prove(_ text: String) -> ActorToken? {
        guard let parts = keys.prove(ActorToken.version, text, partCount: 3)?.parts, let generation = Int64(parts[1]),
            let expiresAt = Int64(parts[2])
        else { return nil }
        return ActorToken(member: MemberID(rawValue: parts[0]), generation: generation, expiresAt: Timestamp(rawValue: expiresAt))
    }
}
