import Access
import DeletionCoordinatorContracts
import Domain
import Erasure
import HTTP
import HolderContracts
import Policy
import Runtime
import SQLite
import Threads
import Wire

/// Takes requests to delete and carries each one through all holders to its proof; tells whoever asked how it stands.
public final class DeletionCoordinator: Sendable {
    public static let methods = DeletionCoordinatorCatalogue.methods + HolderCatalogue.methods
    let process: ServiceProcess
    let store: DeletionCoordinatorStore
    let codes: ConfirmationCodes
    private let configuration: DeletionCoordinatorConfiguration
    let access: AccessFollower
    private let holder: Holder
    let digester: ErasureDigester
    /// Held while `holds.standing` is written: of two at once the later would know less.
    let holdsFile = Lock()
    let driver: ErasureDriver
    let notices: Notices
    let retention: RetentionRuns
    let door: PublicDoor
    private let requested, repeated, joined: Metrics.Counter

    public var doors: [HTTPDoor] { [HTTPDoor { [door] in door.router.handle($0, $1) }] }

    /// The service of a real process: its holders are the other three, over the mesh, and itself.
    public convenience init(_ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ database: Database) throws {
        var holders: [Peer: any Transport] = [:]
        for holder in ErasureRun.holders where holder != .deletionCoordinator { holders[holder] = process.client(to: holder) }
        let journal = try ErasureJournal(dataFolder: process.configuration.dataFolder)
        try self.init(process, configuration, database, holders: holders, journal: journal)
    }

    /// - Parameters:
    ///   - holders: how the others are reached; unless said otherwise we reach ourselves by our own router, on the same path.
    ///   - accounts: how intake is reached, where not over the mesh.
    init(
        _ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ database: Database,
        holders: [Peer: any Transport], journal: any TombstoneJournal, accounts: (any Transport)? = nil
    ) throws {
        self.process = process
        self.configuration = configuration
        let secret = process.secret(KeyName.receiptKey(.deletionCoordinator))
        store = DeletionCoordinatorStore(database: database, seal: SubjectSeal(secret: secret, random: process.system.random))
        codes = ConfirmationCodes(secret: secret)
        access = try AccessFollower(process, database, intake: accounts)
        digester = ErasureDigester(peppers: try process.keys.peppers())
        let spool = try NoticeSpool(configuration.spoolFolder ?? "\(process.configuration.dataFolder)/notices")
        holder = Holder(process, database, OwnHolder(process, facts: access.facts, store: store, digester: digester, spool: spool))
        let own: [Peer: any Transport] = [.deletionCoordinator: LocalTransport(process.router, as: .deletionCoordinator)]
        let reached = own.merging(holders) { _, given in given }
        retention = RetentionRuns(process, store, reached)
        let signers = ErasureRun.holders.map { ($0, ReceiptSigner(key: process.secret(KeyName.receiptKey($0)))) }
        let hands = ErasureHands(
            holders: reached, journal: journal,
            digester: digester,
            signers: Dictionary(uniqueKeysWithValues: signers), store: store, clock: process.system.clock, facts: access.facts,
            log: process.log)
        notices = Notices(process, configuration, store, codes, spool)
        driver = ErasureDriver(
            process, store, hands,
            Terminations(
                access.facts, store, codes, policyVersion: configuration.policyVersion, clock: process.system.clock)
        ) { [notices] in notices.wake() }
        door = PublicDoor(
            process, configuration, store, codes, driver, access.security, intake: holders[.intake] ?? process.client(to: .intake))
        requested = process.metrics.counter("deletions.requested")
        repeated = process.metrics.counter("deletions.repeated")
        joined = process.metrics.counter("deletions.joined")
        process.router.on(RequestDeletion.self, request)
        process.router.on(ReadDeletion.self, read)
        process.router.on(ListDeletions.self, list)
        registerDecisions()
        registerHolds()
        registerDisclosures()
        registerSubprocessors()
        registerBackups()
        registerRetention()
    }

    public func start() throws {
        try holder.start()
        try writeHolds()
        access.facts.whenWorkspacesTerminate { [driver] in driver.wake() }
        access.start()
        try notices.start()
        try driver.start()
        retention.start()
    }

    public func stop() {
        retention.stop()
        driver.stop()
        notices.stop()
        access.stop()
    }

    private func request(_ request: RequestDeletion, _ reply: Reply<RequestDeletion>) {
        let wanted: WantedDeletion
        do throws(WantedDeletion.Problem) { wanted = try WantedDeletion(request, access.facts) } catch {
            switch error {
            case .malformed(let what): return reply.fault(.malformed, "body: \(what)")
            case .notProven:
                return reply.refuse(
                    .subjectNotProven, "a username may belong to somebody else by now: name the person by IGSID, phone or BSUID")
            case .nowhere: return reply.refuse(.unknownWorkspace, "no workspace has an account of that platform")
            }
        }
        if let workspace = request.workspace, access.facts.workspace(workspace) == nil {
            return reply.refuse(.unknownWorkspace, "no such workspace: look for a spelling mistake, or try again in a minute if it is new")
        }
        // In the name of the mesh's own programs nobody acts; they are believed.
        if request.replyTo != nil, request.source != .officer {
            return reply.fault(.malformed, "body: replyTo: only the privacy officer knows where a person reads their mail")
        }
        if let replyTo = request.replyTo, Contact(email: replyTo) == nil {
            return reply.fault(.malformed, "body: replyTo: expected an address")
        }
        if let role = reply.caller.actor?.role, role.isOfWorkspace != (request.source == .customer) {
            return reply.refuse(.otherSource, "a workspace's own people ask as customer, the privacy officer as officer")
        }
        let petitions = wanted.subjects.map { petition(request, wanted.kind, $0) }
        let code = codes.code(for: request.key)
        let isQueued = store.database.writer.submit("request deletion") { connection in
            try DeletionCoordinatorStore.enrol(petitions, connection)
        } completion: { [self] result in
            switch result {
            case .success(let enrolments):
                for (enrolment, petition) in zip(enrolments, petitions) { count(enrolment, petition) }
                let first = enrolments[0]
                reply.ok(
                    RequestDeletion.Response(
                        deletion: first.deletion, deletions: enrolments.map(\.deletion), code: code, state: first.state))
            case .failure(_ as KeyReused): reply.refuse(.keyReused, "this key was given before, for something else: choose another one")
            case .failure(let error):
                process.log.event("requestNotStored", level: .error, ("error", .safe("\(error)")))
                reply.fault(.unavailable, "the request may not be stored: repeat it with the same key")
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private func petition(_ request: RequestDeletion, _ kind: Deletion.Kind, _ subject: Subject) -> Petition {
        let now = process.system.clock.now
        let source: Deletion.Source = request.source == .customer ? .customer : .officer
        let isProven = source == .customer || request.identity != nil
        return Petition(
            key: request.key, digest: codes.digest("request", of: FieldVisitor.write(request)),
            codeDigest: ConfirmationCodes.digest(of: codes.code(for: request.key)), kind: kind, source: source,
            proof: isProven ? source.proof : nil, chatDigest: nil, workspace: subject.workspace == .nobodys ? nil : subject.workspace,
            sealedSubject: store.seal.seal(subject),
            // What nobody has proved joins nothing, and nothing joins it: else it would tell of somebody else's deletion.
            subjectDigest: isProven ? codes.digest("subject", of: FieldVisitor.write(subject)) : nil,
            sealedAddress: address(request).map { store.seal.seal(Subject(workspace: .nobodys, contacts: [$0])) },
            policyVersion: configuration.policyVersion, receivedAt: min(request.receivedAt ?? now, now),
            windowMilliseconds: request.immediately ? 0 : source.windowMilliseconds, now: now)
    }

    /// Where whoever asks reads their mail: as the officer says, else where they wrote to us from.
    private func address(_ request: RequestDeletion) -> Contact? {
        if let replyTo = request.replyTo { return Contact(email: replyTo) }
        return request.contact.flatMap { $0.kind == .email ? Contact(email: $0.value) : nil }
    }

    private func count(_ enrolment: Enrolment, _ petition: Petition) {
        switch enrolment.kind {
        case .new: requested.add()
        case .repeated: repeated.add()
        case .joined:
            joined.add()
            // It stands in the file; a run that is under way hears of it here.
            if petition.source.decides {
                driver.decide(.approve(immediately: petition.windowMilliseconds == 0), about: enrolment.deletion) { _ in }
            }
        }
        driver.wake()
    }

    private func read(_ request: ReadDeletion, _ reply: Reply<ReadDeletion>) {
        do {
            guard let response = try store.read(request.deletion, of: request.workspace) else {
                return reply.refuse(.unknownDeletion, "no such deletion")
            }
            reply.ok(response)
        } catch { fail(error, reply) }
    }

    private func list(_ request: ListDeletions, _ reply: Reply<ListDeletions>) {
        read(reply) {
            ListDeletions.Response(deletions: try store.list(of: request.workspace, limit: request.limit, before: request.before))
        }
    }

    // MARK: What requests have in common

    func read<R: Request>(_ reply: Reply<R>, _ work: () throws -> R.Response) {
        do { reply.ok(try work()) } catch { fail(error, reply) }
    }

    func write<R: Request, Value: Sendable>(
        _ operation: String, _ reply: Reply<R>, _ work: @escaping @Sendable (Connection) throws -> Value,
        then: @escaping @Sendable (Value) -> Void
    ) {
        let isQueued = store.database.writer.submit(operation, work) { [self] result in
            switch result {
            case .success(let value): then(value)
            case .failure(let error): fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    func fail<R: Request>(_ error: any Error, _ reply: Reply<R>) {
        process.log.event("requestFailed", level: .error, ("method", .safe(R.contract.method)), ("error", .safe("\(error)")))
        reply.fault(.unavailable, "deletion-coordinator could not finish \(R.contract.method): try again")
    }
}
