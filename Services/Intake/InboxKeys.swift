import ConversationStoreContracts
import Digest
import Domain
import IntakeContracts
import Wire

/// Makes the keyed digests by which intake knows what it has seen. They tell nothing without the key, so they may outlive an erasure.
struct InboxKeys: Sendable {
    static let digestBytes = 16
    /// What states no time of its own is kept by the day of its receipt: for so many days a repeat is known. Platforms repeat for 7.
    static let timelessDays: Int64 = 8

    private let key: HMACSHA256Key

    init(key: [UInt8]) { self.key = HMACSHA256Key(key) }

    /// The platform's own id comes last: whatever stands in it, no other event gets the same text.
    func digest(of event: ChannelEvent, on account: Account) -> [UInt8] {
        digest("event\n\(account.platform.rawValue)\n\(account.id)\n\(event.kind.rawValue)\n\(event.status?.rawValue ?? "")\n\(event.id)")
    }

    func digest(ofReply key: RequestKey, on channel: ChannelID) -> [UInt8] { digest("reply\n\(channel.rawValue)\n\(key.rawValue)") }

    /// A key is its workspace's own: what another one chose must not make this one's batch a repeat.
    func digest(ofEvents key: RequestKey, as category: EventCount.Category, in workspace: WorkspaceID) -> [UInt8] {
        digest("events\n\(category.rawValue)\n\(workspace.rawValue)\n\(key.rawValue)")
    }

    /// What a repeated request must have in common with the first.
    func digest(ofFields fields: [UInt8]) -> [UInt8] { digest(Array("fields\n".utf8) + fields) }

    /// By which a person's consents are found: names themselves are not kept with them.
    func digest(of party: ConsentParty) -> [UInt8] { digest("consent\n\(party.text)") }

    func digest(ofQuarantined raw: some Sequence<UInt8>) -> [UInt8] { digest(Array("quarantine\n".utf8) + raw) }

    /// The id of an event that the platform gave none: the same bytes at the same time are the same event.
    /// - Parameter time: where the bytes don't have it: a template is approved, paused, and approved again in the same words.
    func id(ofRaw raw: some Sequence<UInt8>, at time: Timestamp? = nil, type: String) -> String {
        let time = time.map { String($0.rawValue) } ?? ""
        return "\(type):\(Base64URL.encode(digest(Array("raw\n\(type)\n\(time)\n".utf8) + raw)))"
    }

    /// The id of an event that the platform gave none, from what makes it this one and no other.
    func id(of kind: ChannelEvent.Kind, _ parts: [String?]) -> String {
        // Each with its length: no part can pass for two.
        let text = parts.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: "\n")
        return "\(kind.rawValue):\(Base64URL.encode(digest("id\n\(kind.rawValue)\n\(text)")))"
    }

    /// A name that stands in a quarantined piece.
    func digest(ofQuarantinedName name: some Sequence<UInt8>) -> [UInt8] { digest(Array("name\n".utf8) + name) }

    /// What a channel's own webhook must present, in which header.
    func digest(ofCredential value: String, in header: String, on channel: ChannelID) -> [UInt8] {
        digest("credential\n\(channel.rawValue)\n\(header)\n\(value)")
    }

    private func digest(_ text: String) -> [UInt8] { digest(Array(text.utf8)) }
    private func digest(_ bytes: [UInt8]) -> [UInt8] { Array(key.authenticate(bytes).prefix(InboxKeys.digestBytes)) }
}
