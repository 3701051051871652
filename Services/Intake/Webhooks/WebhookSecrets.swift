import Digest
import Domain
import Runtime

/// Tells what a platform signed. All secrets that lie in the key folder are live, so that a rotation loses nothing.
struct WebhookSecrets: Sendable {
    enum Verdict: Equatable, Sendable { case valid, missing, wrong }

    private static let prefix = "sha256="

    private let keys: [Platform: [HMACSHA256Key]]

    init(_ process: ServiceProcess) {
        // Facebook-Login apps sign Instagram's webhooks with the Facebook app's secret (PLATFORM §1).
        let apps: [Platform: [String]] = [.instagram: [KeyName.instagramApp, KeyName.metaApp], .whatsapp: [KeyName.whatsappApp]]
        keys = apps.mapValues { $0.flatMap(process.secrets(of:)).map(HMACSHA256Key.init) }
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
