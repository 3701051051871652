import Digest
import Domain
import HTTP
import Runtime
import SQLite

/// The public door: takes what platforms post, and answers 200 only when it is on disk.
final class WebhookDoor: Sendable {
    static let retryAfterSeconds = "5"

    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let directory: ChannelDirectory
    private let digests: IntakeDigests
    private let reserve: DiskReserve
    private let relay: Relay
    private let secrets: WebhookSecrets
    private let verifyToken: [UInt8]
    private let counters: WebhookCounters

    init(
        _ process: ServiceProcess, _ database: Database, _ store: IntakeStore, _ directory: ChannelDirectory, _ digests: IntakeDigests,
        _ reserve: DiskReserve, _ relay: Relay
    ) {
        self.process = process
        self.database = database
        self.store = store
        self.directory = directory
        self.digests = digests
        self.reserve = reserve
        self.relay = relay
        secrets = WebhookSecrets(process)
        verifyToken = process.secret(KeyName.webhookVerifyToken)
        counters = WebhookCounters(process.metrics)
    }

    func register(on router: inout HTTPRouter) {
        for platform in Platform.allCases {
            router.on(.get, "/webhooks/\(platform.rawValue)") { [self] in shakeHands($0, $1) }
            router.on(.post, "/webhooks/\(platform.rawValue)") { [self] in deliver($0, from: platform, $1) }
        }
        router.on(.get, "/healthz") { [self] _, reply in
            // A proxy asks whether we can take deliveries: a store that is down only delays them.
            guard reserve.hasRoom else { return reply.send(.text("full\n", .serviceUnavailable)) }
            reply.send(.text(process.health.isHealthy ? "ok\n" : "degraded\n"))
        }
    }

    /// Source: PLATFORM §1, the handshake.
    private func shakeHands(_ request: HTTPRequest, _ reply: HTTPReply) {
        let token = Array((request.query["hub.verify_token"] ?? "").utf8)
        guard request.query["hub.mode"] == "subscribe", constantTimeEquals(token, verifyToken) else {
            return refuse(.forbidden, "handshakeRefused", reply)
        }
        guard let challenge = request.query["hub.challenge"] else { return reply.send(.text("Expected hub.challenge.\n", .badRequest)) }
        reply.send(.text(challenge, type: "text/plain"))
    }

    private func deliver(_ request: HTTPRequest, from platform: Platform, _ reply: HTTPReply) {
        switch secrets.check(request.headers["x-hub-signature-256"], of: request.body, from: platform) {
        case .valid: break
        case .missing: return refuse(.unauthorized, "signatureMissing", reply)
        case .wrong: return refuse(.unauthorized, "signatureWrong", reply)
        }
        guard reserve.hasRoom else { return turnAway("diskReserve", reply) }
        let delivery = Delivery(request.body, from: platform, receivedAt: process.system.clock.now, directory, digests)
        let isQueued = database.writer.submit("take delivery") { [store] connection in
            try store.accept(delivery, connection)
        } completion: { [self] result in
            switch result {
            case .success(let tally):
                count(tally, at: delivery.receivedAt)
                reply.send(.empty(.ok))
                relay.wake(tally.channels)
            case .failure(let error):
                process.log.event("deliveryFailed", level: .error, ("error", .safe("\(error)")))
                turnAway("writeFailed", reply)
            }
        }
        if !isQueued { turnAway("queueFull", reply) }
    }

    private func count(_ tally: IntakeStore.Tally, at time: Timestamp) {
        counters.accepted.add(tally.accepted)
        counters.repeated.add(tally.repeated)
        counters.keptOut.add(tally.keptOut)
        counters.ended.add(tally.ended)
        if tally.quarantined > 0 {
            counters.quarantined.add(tally.quarantined)
            process.log.event("quarantined", level: .warning, ("pieces", .int(tally.quarantined)))
        }
        relay.backlog.add(tally.accepted, at: time)
    }

    /// A security event: somebody who could not prove to be the platform.
    private func refuse(_ status: HTTPStatus, _ event: StaticString, _ reply: HTTPReply) {
        counters.refused.add()
        process.limitedLog.event(event)
        reply.send(.text("\(status.reason).\n", status))
    }

    /// Nothing is acknowledged: the platform comes again.
    private func turnAway(_ reason: StaticString, _ reply: HTTPReply) {
        counters.turnedAway.add()
        process.limitedLog.event("turnedAway", ("reason", .word(reason)))
        reply.send(.text("Try again later.\n", .serviceUnavailable).adding("Retry-After", WebhookDoor.retryAfterSeconds))
    }
}

/// Events and pieces by what became of them; refused and turned away are whole requests.
struct WebhookCounters: Sendable {
    let accepted, repeated, keptOut, ended, quarantined, refused, turnedAway: Metrics.Counter

    init(_ metrics: Metrics) {
        accepted = metrics.counter("inbox.accepted")
        repeated = metrics.counter("inbox.repeated")
        keptOut = metrics.counter("inbox.keptOut")
        ended = metrics.counter("inbox.ended")
        quarantined = metrics.counter("inbox.quarantined")
        refused = metrics.counter("webhooks.refused")
        turnedAway = metrics.counter("webhooks.turnedAway")
    }
}
