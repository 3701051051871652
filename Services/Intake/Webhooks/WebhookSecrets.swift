import Digest
import Domain
import Glibc
import Runtime

/// Tells what a platform signed. All secrets that lie in the key folder are live, so that a rotation loses nothing.
struct WebhookSecrets: Sendable {
    enum Verdict: Equatable, Sendable { case valid, missing, wrong }

    /// `instagram.app.secret`, `instagram.app.2.secret`, … up to this number.
    static let rotationMax = 9
    private static let prefix = "sha256="

    private let keys: [Platform: [HMACSHA256Key]]

    init(_ process: ServiceProcess) {
        var keys: [Platform: [HMACSHA256Key]] = [:]
        for (platform, name) in [(Platform.instagram, KeyName.instagramAppSecret), (.whatsapp, KeyName.whatsappAppSecret)] {
            let stem = name.dropLast("secret".count)
            let further = (2...WebhookSecrets.rotationMax).map { "\(stem)\($0).secret" }
                .filter { access("\(process.keys.path)/\($0)", F_OK) == 0 }
            // Facebook-Login apps sign Instagram's webhooks with the Facebook app's secret (PLATFORM §1).
            let shared = platform == .instagram ? [KeyName.metaAppSecret] : []
            keys[platform] = ([name] + further + shared).map { HMACSHA256Key(process.secret($0)) }
        }
        self.keys = keys
    }

    /// - Parameters:
    ///   - header: the value of `X-Hub-Signature-256`.
    ///   - body: the untouched bytes; anything re-serialised has another signature.
    func check(_ header: String?, of body: [UInt8], from platform: Platform) -> Verdict {
        guard let header else { return .missing }
        guard header.hasPrefix(WebhookSecrets.prefix), let mac = Hex.decode(String(header.dropFirst(WebhookSecrets.prefix.count))) else {
            return .wrong
        }
        for key in keys[platform] ?? [] where key.isValid(mac, for: body) { return .valid }
        return .wrong
    }
}
