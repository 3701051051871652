import Access
import Digest
import Domain
import HTTP
import Runtime
import SQLite

/// The public door: takes what platforms post, and answers 200 only when it is on disk.
final class WebhookDoor: Sendable {
    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let directory: ChannelDirectory
    private let digests: IntakeDigests
    private let limits: DeliveryLimits
    private let relay: Relay
    private let identities: IdentityRelay
    private let feed: AccessFeed
    private let security: SecurityLog
    private let secrets: WebhookSecrets
    private let verifyToken: LiveKeys<[UInt8]>
    private let counters: WebhookCounters

    init(
        _ process: ServiceProcess, _ database: Database, _ store: IntakeStore, _ directory: ChannelDirectory, _ digests: IntakeDigests,
        _ limits: DeliveryLimits, _ relay: Relay, _ identities: IdentityRelay, _ feed: AccessFeed, _ security: SecurityLog
    ) {
        self.process = process
        self.database = database
        self.store = store
        self.directory = directory
        self.digests = digests
        self.limits = limits
        self.relay = relay
        self.identities = identities
        self.feed = feed
        self.security = security
        secrets = WebhookSecrets(process)
        verifyToken = process.liveKeys { (folder) throws(KeyProblem) in try folder.secret(named: KeyName.webhookVerifyToken) }
        counters = WebhookCounters(process.metrics)
    }

    func register(on router: inout HTTPRouter) {
        for platform in Platform.allCases {
            router.on(.get, "/webhooks/\(platform.rawValue)") { [self] in shakeHands($0, $1) }
            router.on(.post, "/webhooks/\(platform.rawValue)") { [self] in deliver($0, from: platform, $1) }
        }
        router.on(.get, "/webhooks/channels/:channel") { [self] in shakeHands($0, $1) }
        router.on(.post, "/webhooks/channels/:channel") { [self] in deliverToChannel($0, $1) }
        router.on(.get, "/healthz") { [self] _, reply in
            // A proxy asks whether we can take deliveries: a store that is down only delays them.
            guard limits.hasRoom else { return reply.send(.text("full\n", .serviceUnavailable)) }
            reply.send(.text(process.health.isHealthy ? "ok\n" : "degraded\n"))
        }
    }

    /// Source: PLATFORM §1, the handshake.
    private func shakeHands(_ request: HTTPRequest, _ reply: HTTPReply) {
        let token = Array((request.query["hub.verify_token"] ?? "").utf8)
        guard request.query["hub.mode"] == "subscribe", constantTimeEquals(token, verifyToken.current) else {
            security.record(.verifyTokenInvalid, at: "/webhooks")
            return refuse(.forbidden, "handshakeRefused", reply)
        }
        guard let challenge = request.query["hub.challenge"] else { return reply.send(.text("Expected hub.challenge.\n", .badRequest)) }
        reply.send(.text(challenge, type: "text/plain"))
    }

    private func deliver(_ request: HTTPRequest, from platform: Platform, _ reply: HTTPReply) {
        switch secrets.check(request.headers["x-hub-signature-256"], of: request.body, from: platform) {
        case .valid: deliver(request.body, from: .platform(platform), reply)
        case .missing: refuse(unsigned: "signatureMissing", platform, reply)
        case .wrong: refuse(unsigned: "signatureWrong", platform, reply)
        }
    }

    /// A provider delivers for one channel, and presents what was agreed for it. Who has nothing to present learns of no channel.
    private func deliverToChannel(_ request: HTTPRequest, _ reply: HTTPReply) {
        let id = ChannelID(rawValue: request.parameter ?? "")
        let channel = directory[id]
        // An unknown channel takes as long as a wrong secret.
        let credentials = channel?.credentials ?? [ChannelCredential(header: "authorization", digest: [])]
        let isProved = credentials.count(where: { $0.isPresented(by: request.headers, on: id, digests.keys) }) > 0
        guard let channel, isProved else {
            security.record(.credentialInvalid, at: "/webhooks/channels", of: channel?.workspace)
            return refuse(.unauthorized, "credentialWrong", reply)
        }
        deliver(request.body, from: .channel(channel), reply)
    }

    private func deliver(_ body: [UInt8], from source: DeliverySource, _ reply: HTTPReply) {
        if let excess = limits.enter(bytes: body.count) { return turnAway(excess, reply) }
        let delivery = Delivery(body, from: source, receivedAt: process.system.clock.now, directory, digests)
        if let excess = limits.pace(delivery) {
            limits.leave(bytes: body.count)
            return turnAway(excess, reply)
        }
        let isQueued = database.writer.submit("take delivery") { [store] connection in
            try store.accept(delivery, now: delivery.receivedAt, connection)
        } completion: { [self] result in
            limits.leave(bytes: body.count)
            switch result {
            case .success(let tally):
                committed(tally, at: delivery.receivedAt)
                reply.send(.empty(.ok))
            case .failure(let error):
                process.log.event("deliveryFailed", level: .error, ("error", .safe("\(error)")))
                turnAway(.load, reply)
            }
        }
        if !isQueued {
            limits.leave(bytes: body.count)
            turnAway(.load, reply)
        }
    }

    /// A delivery, or a piece of one that was released, is on disk.
    func committed(_ tally: IntakeStore.Tally, at time: Timestamp) {
        counters.count(tally)
        if tally.quarantined > 0 {
            process.log.event("quarantined", level: .warning, ("pieces", .int(tally.quarantined)))
        }
        relay.backlog.add(tally.accepted, at: time)
        relay.wake(tally.channels)
        if tally.codes > 0 { identities.wake() }
        guard !tally.changed.isEmpty else { return }
        for channel in tally.changed {
            directory.add(channel)
            if channel.isEnded { process.log.event("accountEnded", level: .warning, ("channel", .tag(channel.id.rawValue))) }
        }
        feed.wake()
    }

    private func refuse(unsigned event: StaticString, _ platform: Platform, _ reply: HTTPReply) {
        security.record(.signatureInvalid, at: "/webhooks/\(platform.rawValue)")
        refuse(.unauthorized, event, reply)
    }

    /// Somebody who could not prove who they are; nothing of what they sent is kept.
    private func refuse(_ status: HTTPStatus, _ event: StaticString, _ reply: HTTPReply) {
        counters.refused.add()
        process.limitedLog.event(event)
        reply.send(.text("\(status.reason).\n", status))
    }

    /// Nothing is acknowledged: the platform comes again.
    private func turnAway(_ excess: DeliveryLimits.Excess, _ reply: HTTPReply) {
        counters.turnedAway.add()
        process.limitedLog.event("turnedAway", ("reason", .word(excess.word)))
        reply.send(excess.response)
    }
}

/// Events and pieces by what became of them; refused and turned away are whole requests.
struct WebhookCounters: Sendable {
    let accepted, repeated, keptOut, ended, featureOff, addressBook, tests, quarantined, refused, turnedAway: Metrics.Counter

    init(_ metrics: Metrics) {
        accepted = metrics.counter("inbox.accepted")
        repeated = metrics.counter("inbox.repeated")
        keptOut = metrics.counter("inbox.keptOut")
        ended = metrics.counter("inbox.ended")
        featureOff = metrics.counter("inbox.featureOff")
        addressBook = metrics.counter("inbox.addressBook")
        tests = metrics.counter("inbox.tests")
        quarantined = metrics.counter("inbox.quarantined")
        refused = metrics.counter("webhooks.refused")
        turnedAway = metrics.counter("webhooks.turnedAway")
    }

    func count(_ tally: IntakeStore.Tally) {
        accepted.add(tally.accepted)
        repeated.add(tally.repeated)
        keptOut.add(tally.keptOut)
        ended.add(tally.dropped.ended)
        featureOff.add(tally.dropped.featureOff)
        addressBook.add(tally.dropped.addressBook)
        tests.add(tally.dropped.tests)
        quarantined.add(tally.quarantined)
    }
}
