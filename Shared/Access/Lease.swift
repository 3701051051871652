import Digest
import Domain
import Wire

/// The right to answer in one conversation until a time: given by handoff-context, carried by each reply, checked by whoever has the keys.
///
/// On the wire `l1.<key id>.<workspace>.<conversation>.<channel>.<holder>.<member>.<turn>.<expires at, ms>.<recipients>.<MAC>`, as
/// `SigningKeys` says. A recipient is 16 hex digits of a keyed digest of a name of the person: a lease tells nobody who they are, and is
/// of no use for anybody else.
public struct Lease: Sendable, Equatable {
    public enum Holder: String, Sendable {
        /// The assistant may answer while no person holds the conversation.
        case assistant
        case person
    }

    /// How long the assistant has for one answer.
    public static let assistantMilliseconds: Int64 = 120_000
    /// How long a person holds a conversation without renewing; the longest lease.
    public static let personMilliseconds: Int64 = 300_000
    public static let textLengthMax = 1024
    static let version = "l1"
    /// Names of one person that a lease is good for.
    static let recipientCountMax = 8

    public let workspace: WorkspaceID
    public let conversation: ConversationID
    public let channel: ChannelID
    public let holder: Holder
    /// Who asked for it; a lease is no use to anybody else.
    public let member: MemberID
    /// Grows whenever the conversation passes to somebody else: of two leases the one with the lower turn has lost.
    public let turn: Int64
    public let expiresAt: Timestamp

    /// Identifiers are ones that we gave, and so without a point.
    public init(
        workspace: WorkspaceID, conversation: ConversationID, channel: ChannelID, holder: Holder, member: MemberID, turn: Int64,
        expiresAt: Timestamp
    ) {
        self.workspace = workspace
        self.conversation = conversation
        self.channel = channel
        self.holder = holder
        self.member = member
        self.turn = turn
        self.expiresAt = expiresAt
    }
}

/// The keys that sign leases and prove them.
public struct LeaseKeys: Sendable {
    private let keys: SigningKeys

    /// - Parameter secrets: by id; at least one.
    public init(_ secrets: [String: [UInt8]]) { keys = SigningKeys(secrets) }

    /// - Parameter recipients: all names of the person; usernames, which may pass to somebody else, are left out.
    public func sign(_ lease: Lease, for recipients: [Alias]) -> String {
        let marks = recipients.filter { $0.kind != .username }.sorted().prefix(Lease.recipientCountMax)
            .map { mark($0, lease.workspace, under: keys.newest) }
        return keys.sign(
            Lease.version,
            [
                lease.workspace.rawValue, "\(lease.conversation.rawValue)", lease.channel.rawValue, lease.holder.rawValue,
                lease.member.rawValue, "\(lease.turn)", "\(lease.expiresAt.rawValue)", marks.joined(separator: "-")
            ])
    }

    /// The lease that `text` is; nil for one that we didn't sign, or not for this recipient. Whether it has expired is the caller's
    /// question.
    public func prove(_ text: String, for recipient: Alias) -> Lease? {
        guard let (key, parts) = keys.prove(Lease.version, text, partCount: 8), let conversation = Int64(parts[1]),
            let holder = Lease.Holder(rawValue: parts[3]), let turn = Int64(parts[5]), let expiresAt = Int64(parts[6])
        else { return nil }
        let workspace = WorkspaceID(rawValue: parts[0])
        guard parts[7].split(separator: "-").contains(Substring(mark(recipient, workspace, under: key))) else { return nil }
        return Lease(
            workspace: workspace, conversation: ConversationID(rawValue: conversation), channel: ChannelID(rawValue: parts[2]),
            holder: holder, member: MemberID(rawValue: parts[4]), turn: turn, expiresAt: Timestamp(rawValue: expiresAt))
    }

    private func mark(_ recipient: Alias, _ workspace: WorkspaceID, under key: String) -> String {
        let text = "recipient\n\(workspace.rawValue)\n\(recipient.platform.rawValue)\n\(recipient.kind.rawValue)\n\(recipient.value)"
        return Hex.encode(Array(keys.authenticate(text, under: key).prefix(8)))
    }
}
