import Policy
import Wire

/// The names of the files in the key folder.
public enum KeyName {
    /// Signs the digests of what intake has seen.
    public static let inboxKey = "intake.inbox.key"
    /// Apps at Meta: `KeyFolder.secrets(of:)` gives all live secrets of one, the following name its first.
    public static let instagramApp = "instagram.app"
    public static let whatsappApp = "whatsapp.app"
    public static let metaApp = "meta.app"
    public static let instagramAppSecret = "\(instagramApp).secret"
    public static let whatsappAppSecret = "\(whatsappApp).secret"
    public static let metaAppSecret = "\(metaApp).secret"
    /// What a platform sends back when a webhook is set up.
    public static let webhookVerifyToken = "webhook.verify.token"

    /// Whether a file holds a live secret of an app: `meta.app.secret`, `meta.app.2.secret`.
    static func isSecret(_ name: String, of app: String) -> Bool {
        name == "\(app).secret" || name.hasPrefix("\(app).") && name.hasSuffix(".secret") && name.utf8.count > "\(app)..secret".utf8.count
    }

    /// Signs the tokens of actors. All live ones are accepted, the last in order of names signs; `tokens.t1.key` is the first.
    public static func tokenKey(_ id: String) -> String { "tokens.\(id).key" }

    /// Signs the leases of conversations, in the same way; `leases.l1.key` is the first.
    public static func leaseKey(_ id: String) -> String { "leases.\(id).key" }

    /// The id in the name that `family` gives it; nil for other names.
    /// - Parameter family: `tokenKey` or `leaseKey`.
    static func parse(_ name: String, as family: (String) -> String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, Hello.isName(String(parts[1])), family(String(parts[1])) == name else { return nil }
        return String(parts[1])
    }

    /// Keys the digests by which a service finds a platform's id again without keeping it.
    public static func lookupKey(_ service: Peer) -> String { "\(service.rawValue).lookup.key" }

    /// Authenticates the erasure receipts of one holder.
    public static func receiptKey(_ holder: Peer) -> String { "\(holder.rawValue).receipt.key" }

    /// Keys the digests of tombstones; destroyed with its last tombstone.
    public static func pepper(_ version: Int64) -> String { "tombstone.\(version).pepper" }

    /// Shared by the two ends of a link.
    public static func link(_ caller: String, _ callee: String, id: String) -> String { "\(caller)--\(callee).\(id).key" }

    /// The parts of a link's name; nil for other names, malformed ones included.
    static func parseLink(_ name: String) -> (caller: String, callee: String, id: String)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts[2] == "key", let dash = parts[0].lastDoubleDash else { return nil }
        let caller = String(parts[0][..<dash])
        let callee = String(parts[0][dash...].dropFirst(2))
        guard Hello.isName(caller), Hello.isName(callee), Hello.isName(parts[1]) else { return nil }
        return (caller, callee, parts[1])
    }

    static func isLink(_ name: String) -> Bool { name.hasSuffix(".key") && name.lastDoubleDash != nil }

    /// The version in a pepper's name; nil for other names.
    static func parsePepper(_ name: String) -> Int64? {
        guard name.hasPrefix("tombstone."), name.hasSuffix(".pepper") else { return nil }
        return Int64(name.dropFirst("tombstone.".count).dropLast(".pepper".count)).flatMap { pepper($0) == name ? $0 : nil }
    }
}

extension String {
    /// A name may end with a dash, a service's begins with none.
    fileprivate var lastDoubleDash: Index? {
        indices.last { self[$0] == "-" && index(after: $0) < endIndex && self[index(after: $0)] == "-" }
    }
}
