import Access
import ConversationStoreContracts
import Digest
import Domain
import Erasure
import HTTP
import IntakeContracts
import Runtime
import SQLite
import Wire

/// Takes in what channels deliver, knows workspaces and channels, and hands everything on to conversation-store.
public final class Intake: Sendable {
    let process: ServiceProcess
    private let database: Database
    let store = IntakeStore()
    let directory = ChannelDirectory()
    let digests: IntakeDigests
    private let reserve: DiskReserve
    let limits: DeliveryLimits
    let relay: Relay
    private let identities: IdentityRelay
    let feed: AccessFeed
    let security: SecurityLog
    let disclosures: DisclosureOutbox
    let tokens: TokenKeys
    private let leases: LeaseKeys
    let integrationSeal: Seal
    private let holder: Holder
    let door: WebhookDoor
    private let web: HTTPRouter

    public convenience init(_ process: ServiceProcess, _ configuration: IntakeConfiguration, _ database: Database) throws {
        let folder = process.configuration.dataFolder
        try self.init(
            process, configuration, database, conversations: process.client(to: .conversationStore),
            coordinator: process.client(to: .deletionCoordinator)
        ) {
            DiskReserve.freeBytes(in: folder)
        }
    }

    /// - Parameters:
    ///   - conversations: where the relay sends what came in.
    ///   - coordinator: who hears of each token that the operator got, and of codes by which people show that a chat is theirs.
    ///   - freeBytes: what the disk of the data folder still has.
    public init(
        _ process: ServiceProcess, _ configuration: IntakeConfiguration, _ database: Database, conversations: any Transport,
        coordinator: any Transport, freeBytes: @escaping @Sendable () -> Int64
    ) throws {
        self.process = process
        self.database = database
        digests = IntakeDigests(
            keys: InboxKeys(key: process.secret(KeyName.inboxKey)), digester: ErasureDigester(peppers: process.peppers()))
        let reserve = DiskReserve(clock: process.system.clock, freeBytes: freeBytes)
        self.reserve = reserve
        relay = Relay(process, database, store, directory, digests.keys, to: conversations)
        identities = IdentityRelay(process, database, store, to: coordinator)
        feed = AccessFeed(process, database, store)
        tokens = TokenKeys(process.tokenKeys())
        leases = LeaseKeys(process.leaseKeys())
        integrationSeal = Seal(secret: process.secret(KeyName.inboxKey), label: "integration secrets", random: process.system.random)
        disclosures = try DisclosureOutbox(process, database, to: coordinator)
        security = process.guardHandlers(by: feed.accessFacts, in: database) { [feed] in feed.isCurrent }
        let reload = Reload(process, database, store, directory, relay.backlog, feed)
        holder = Holder(
            process, database, IntakeHolding(store: store, keys: digests.keys, clock: process.system.clock, onErased: reload.submit))
        limits = DeliveryLimits(process.system.clock, configuration, reserve, relay.backlog)
        var web = HTTPRouter()
        door = WebhookDoor(process, database, store, directory, digests, limits, relay, identities, feed, security)
        door.register(on: &web)
        FormDoor(process, configuration, database, store, digests, reserve).register(on: &web)
        self.web = web
        process.health.register("disk") { reserve.hasRoom ? .ok() : .degraded("free disk space or raise the volume's size") }
        registerAccounts()
        registerChannels()
        registerIntegrations()
        process.router.on(DeliverEvents.self, deliver)
        process.router.on(RecordReply.self, recordReply)
        process.router.on(PassTurn.self, passTurn)
        process.router.on(ListQuarantine.self, listQuarantine)
        process.router.on(RecordConsent.self, recordConsent)
        process.router.on(WithdrawConsent.self, withdrawConsent)
        process.router.on(SubmitForm.self, submitForm)
        process.router.on(ListForms.self, listForms)
        process.router.on(ReadForm.self, readForm)
        process.router.on(CloseForm.self, closeForm)
        process.router.on(RecordUsage.self, recordUsage)
        process.router.on(RecordTechnical.self, recordTechnical)
        process.router.on(SummarizeEvents.self, summarizeEvents)
        process.router.on(ReadQuarantined.self, readQuarantined)
        process.router.on(ReleaseQuarantined.self, releaseQuarantined)
    }

    public var doors: [HTTPDoor] { [HTTPDoor(loopCount: 2) { [web] in web.handle($0, $1) }] }

    public func start() throws {
        let store = store
        try holder.start()
        try database.writer.write("recent keys") { try store.loadRecentKeys($0) }
        directory.replaceAll(try database.read("channels") { try store.channels($0) })
        try feed.start()
        try relay.start()
        identities.start()
        disclosures.start()
    }

    public func stop() {
        identities.stop()
        disclosures.stop()
        relay.stop()
    }

    /// One request at the public door, as a test puts it.
    func handle(_ request: HTTPRequest, _ reply: HTTPReply) { web.handle(request, reply) }

    // MARK: Requests

    private func recordReply(_ request: RecordReply, _ reply: Reply<RecordReply>) {
        if let excess = limits.excess { return reply.fault(.overloaded, excess.message) }
        guard let channel = directory[request.channel], channel.workspace == request.workspace else {
            return reply.refuse(.unknownChannel, "connect it with channels.connect first")
        }
        guard
            let outgoing = IntakeStore.OutgoingReply(
                request, by: reply.caller.actor, on: channel, receivedAt: process.system.clock.now, digests, leases)
        else {
            return reply.fault(.malformed, "recipient: expected an igsid, bsuid or phone of the channel's platform")
        }
        let (store, relay) = (store, relay)
        write("record reply", reply) { connection in
            try store.record(outgoing, connection)
        } then: { isRecorded in
            if isRecorded { relay.backlog.add(1, at: outgoing.received.event.receivedAt) }
            reply.ok(RecordReply.Response(recorded: isRecorded))
            if isRecorded { relay.wake([channel.id]) }
        }
    }

    private func passTurn(_ request: PassTurn, _ reply: Reply<PassTurn>) {
        // Whatever lease was given until now has ended by then.
        let expiresAt = process.system.clock.now.adding(milliseconds: Lease.personMilliseconds)
        let store = store
        write("pass turn", reply) { connection in
            try store.pass(to: request.turn, of: request.conversation, in: request.workspace, until: expiresAt, connection)
        } then: { _ in
            reply.ok(Empty())
        }
    }

    // MARK: What requests have in common

    func read<R: Request>(_ operation: String, _ reply: Reply<R>, _ work: (Connection) throws -> R.Response) {
        do { reply.ok(try database.read(operation, work)) } catch let refused as IntakeStore.Refused<R> {
            reply.refuse(refused.reason, "\(R.contract.method) was refused")
        } catch {
            fail(error, reply)
        }
    }

    /// A write that changes what others must know: they, and our own gate, hear of it before the caller does.
    func writeFact<R: Request, Value: Sendable>(
        _ operation: String, _ reply: Reply<R>, mayUseReserve: Bool = false, _ work: @escaping @Sendable (Connection) throws -> Value,
        then: @escaping @Sendable (Value) -> Void
    ) {
        write(operation, reply, mayUseReserve: mayUseReserve, work) { [feed] value in
            feed.wake()
            then(value)
        }
    }

    /// - Parameter mayUseReserve: of what deletes, or lets nobody in any more: a right works on a full disk too.
    func write<R: Request, Value: Sendable>(
        _ operation: String, _ reply: Reply<R>, mayUseReserve: Bool = false, _ work: @escaping @Sendable (Connection) throws -> Value,
        then: @escaping @Sendable (Value) -> Void
    ) {
        guard mayUseReserve || reserve.hasRoom else {
            return reply.fault(.overloaded, "the disk's reserve is kept for deletions: free disk space")
        }
        let isQueued = database.writer.submit(operation, work) { [self] result in
            switch result {
            case .success(let value): then(value)
            case .failure(let refused as IntakeStore.Refused<R>): reply.refuse(refused.reason, "\(R.contract.method) was refused")
            case .failure(let error): fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private func fail<R: Request>(_ error: any Error, _ reply: Reply<R>) {
        process.log.event("requestFailed", level: .error, ("method", .safe(R.contract.method)), ("error", .safe("\(error)")))
        reply.fault(.unavailable, "intake could not finish \(R.contract.method): try again")
    }

    func keyed<R: Keyed>(_ request: R) -> IntakeStore.KeyedRequest {
        IntakeStore.KeyedRequest(
            method: R.contract.method, key: request.key, fields: digests.keys.digest(ofFields: FieldVisitor.write(request)))
    }

    /// 20 of 32 signs: 100 random bits.
    func newID(_ prefix: String) -> String {
        let signs = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        return prefix + String(decoding: process.system.random(20).map { signs[Int($0 & 31)] }, as: UTF8.self)
    }
}
