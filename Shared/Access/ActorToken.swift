import Digest
import Domain
import Wire

/// What a token says: which member acts, in which generation of their rights, until when.
///
/// On the wire `v1.<key id>.<member>.<generation>.<expires at, ms>.<MAC>`: the MAC is base64url of HMAC-SHA256 over everything before the
/// last point. Role and workspace are not in it: the access facts say them, so that a change counts at once.
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

/// The keys that sign tokens and prove them. Every service holds them all; two live ones let them be rotated.
public struct TokenKeys: Sendable {
    private let keys: [String: HMACSHA256Key]
    private let newest: String

    /// - Parameter secrets: by id; at least one.
    public init(_ secrets: [String: [UInt8]]) {
        precondition(!secrets.isEmpty, "tokens need a key")
        keys = secrets.mapValues(HMACSHA256Key.init)
        newest = secrets.keys.max() ?? ""
    }

    public func sign(_ token: ActorToken) -> String {
        let text = "\(ActorToken.version).\(newest).\(token.member.rawValue).\(token.generation).\(token.expiresAt.rawValue)"
        guard let key = keys[newest] else { preconditionFailure("the newest key is one of the keys") }
        return "\(text).\(Base64URL.encode(key.authenticate(Array(text.utf8))))"
    }

    /// The token that `text` is; nil for one that we didn't sign. Whether it has expired is the caller's question.
    public func prove(_ text: String) -> ActorToken? {
        var text = text
        return text.withUTF8 { bytes in
            guard let end = bytes.lastIndex(of: .point) else { return nil }
            let signed = UnsafeBufferPointer(rebasing: bytes[..<end])
            let parts = signed.split(separator: .point, maxSplits: 5, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            guard parts.count == 5, parts[0] == ActorToken.version, let key = keys[parts[1]],
                let mac = Base64URL.decode(Array(bytes[(end + 1)...])), key.isValid(mac, for: UnsafeRawBufferPointer(signed)),
                let generation = Int64(parts[3]), let expiresAt = Int64(parts[4])
            else { return nil }
            return ActorToken(member: MemberID(rawValue: parts[2]), generation: generation, expiresAt: Timestamp(rawValue: expiresAt))
        }
    }
}

extension UInt8 {
    fileprivate static let point = UInt8(ascii: ".")
}
