import Digest
import Domain
import HTTP
import IntakeContracts

/// What opens a channel's own door, as intake keeps it: the header, and a keyed digest of what stands in it. The secret itself is nowhere.
struct ChannelCredential: Sendable, Equatable {
    static let expected =
        "credential: expected a secret of \(WebhookCredential.secretLengthMin) characters, and the name that its scheme needs"

    /// In lower case.
    let header: String
    let digest: [UInt8]

    init(header: String, digest: [UInt8]) {
        self.header = header
        self.digest = digest
    }

    /// nil when the secret is too short to be one, or lacks the name that its scheme needs.
    init?(_ credential: WebhookCredential, of channel: ChannelID, _ keys: InboxKeys) {
        guard credential.secret.utf8.count >= WebhookCredential.secretLengthMin else { return nil }
        switch credential.scheme {
        case .bearer: self.init("authorization", "bearer \(credential.secret)", channel, keys)
        case .basic:
            guard let name = credential.name, !name.contains(":") else { return nil }
            self.init("authorization", "basic \(Base64URL.encode(Array("\(name):\(credential.secret)".utf8)))", channel, keys)
        case .header:
            guard let name = credential.name?.lowercased(), name.utf8.allSatisfy(ChannelCredential.isHeaderSign), name != "authorization"
            else { return nil }
            self.init(name, credential.secret, channel, keys)
        }
    }

    private init(_ header: String, _ value: String, _ channel: ChannelID, _ keys: InboxKeys) {
        self.init(header: header, digest: keys.digest(ofCredential: value, in: header, on: channel))
    }

    /// Whether a request presents this. Takes as long for a wrong secret as for the right one.
    func isPresented(by headers: HTTPHeaders, on channel: ChannelID, _ keys: InboxKeys) -> Bool {
        let value = headers[header] ?? ""
        let presented = keys.digest(
            ofCredential: header == "authorization" ? ChannelCredential.normalized(value) : value, in: header, on: channel)
        return constantTimeEquals(presented, digest)
    }

    /// A scheme's name has no case (RFC 9110 §11.1); base64 has two alphabets, and an end that may be left out.
    private static func normalized(_ value: String) -> String {
        guard let space = value.firstIndex(of: " ") else { return value }
        let scheme = value[..<space].lowercased()
        let rest = value[value.index(after: space)...].drop { $0 == " " }
        guard scheme == "basic" else { return "\(scheme) \(rest)" }
        return "basic " + String(rest.filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    private static func isHeaderSign(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
