import Digest
import Domain
import Runtime

/// Tells what a platform signed. All secrets that lie in the key folder are live, from when they come until they go: a rotation loses
/// nothing and waits for no restart.
struct WebhookSecrets: Sendable {
    enum Verdict: Equatable, Sendable { case valid, missing, wrong }

    private static let prefix = "sha256="

    // Facebook-Login apps sign Instagram's webhooks with the Facebook app's secret (PLATFORM §1).
    private static let apps: [Platform: [String]] = [
        .instagram: [KeyName.instagramApp, KeyName.metaApp], .whatsapp: [KeyName.whatsappApp]
    ]

    private let keys: LiveKeys<[Platform: [HMACSHA256Key]]>

    init(_ process: ServiceProcess) {
        keys = process.liveKeys { (folder) throws(KeyProblem) in
            var keys: [Platform: [HMACSHA256Key]] = [:]
            for (platform, apps) in WebhookSecrets.apps {
                for app in apps { keys[platform, default: []] += try folder.secrets(of: app).map(HMACSHA256Key.init) }
            }
            return keys
        }
    }

    /// - Parameters:
    ///   - header: the value of `X-Hub-Signature-256`.
    ///   - body: the untouched bytes; anything re-serialised has another signature.
    func check(_ header: String?, of body: [UInt8], from platform: Platform) -> Verdict {
        guard let header else { return .missing }
        guard header.hasPrefix(WebhookSecrets.prefix), let mac = Hex.decode(String(header.dropFirst(WebhookSecrets.prefix.count))) else {
            return .wrong
        }
        for key in keys.current[platform] ?? [] where key.isValid(mac, for: body) { return .valid }
        return .wrong
    }
}
