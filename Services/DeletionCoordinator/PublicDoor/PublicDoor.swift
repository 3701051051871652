import Access
import DeletionCoordinatorContracts
import Digest
import Domain
import HTTP
import HolderContracts
import Runtime
import SQLite
import Wire

/// What the public reaches over HTTP: the page that explains and takes requests, the status page, Meta's callbacks, and the proxy's look at our health.
final class PublicDoor: Sendable {
    static let statusPath = "/data-deletion/status/"

    let router: HTTPRouter

    init(
        _ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ store: DeletionCoordinatorStore,
        _ codes: ConfirmationCodes, _ driver: ErasureDriver, _ security: SecurityLog, intake: any Transport
    ) {
        let signature = MetaSignature(process, security)
        let deletion = MetaDeletion(process, configuration, store, codes, driver, signature)
        let deauthorization = MetaDeauthorization(process, configuration, intake, signature)
        var router = HTTPRouter()
        router.on(.get, "\(PublicDoor.statusPath):code") { request, reply in
            reply.send(PublicDoor.status(of: request.parameter ?? "", process, store))
        }
        router.onStyle(StatusPage.stylePath)
        DeletionPage(process, configuration, store, codes, driver).register(on: &router)
        router.on(.post, MetaDeletion.path, deletion.receive)
        router.on(.post, MetaDeauthorization.path, deauthorization.receive)
        // That we answer is the answer: a holder that is down is no reason to take this page away from people.
        router.on(.get, "/healthz") { [health = process.health] _, reply in reply.send(.text(health.isHealthy ? "ok\n" : "degraded\n")) }
        self.router = router
    }

    private static func status(of code: String, _ process: ServiceProcess, _ store: DeletionCoordinatorStore) -> HTTPResponse {
        // Codes are lower case; a person may type one from paper.
        let digest = ConfirmationCodes.digest(of: code.lowercased())
        do {
            guard let status = try store.status(codeDigest: digest, now: process.system.clock.now) else {
                return .html(StatusPage.unknown, .notFound)
            }
            return .html(StatusPage.html(status))
        } catch {
            process.log.event("statusUnreadable", level: .error, ("error", .safe("\(error)")))
            return .text("Please try again in a minute.\n", .serviceUnavailable)
        }
    }
}
