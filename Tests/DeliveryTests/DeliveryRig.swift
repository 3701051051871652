import ConversationStoreContracts
import Digest
import Domain
import Erasure
import HTTP
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import ConversationStoreService
@testable import IntakeService

/// Intake and conversation-store in one process, over real files, with time by hand: what a platform posts goes through both.
final class DeliveryRig {
    private static let patienceMilliseconds = 60_000

    let folder: TemporaryFolder
    let time = ManualTime()
    /// What lies between the two.
    let line = UnsureLine()
    private let coordinator = PlayedCoordinator()
    private var intakeProcess: ServiceProcess
    private var storeProcess: ServiceProcess
    private var intakeDatabase: Database
    private(set) var storeDatabase: Database
    private var intake: Intake
    private var store: ConversationStore

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        (storeProcess, storeDatabase, store) = try DeliveryRig.openStore(folder, time)
        (intakeProcess, intakeDatabase, intake) = try DeliveryRig.openIntake(folder, time, line, coordinator)
        line.connect(to: LocalTransport(storeProcess.router, as: .intake))
        try intake.start()
    }

    deinit { close() }

    private func close() {
        intake.stop()
        intakeDatabase.close()
        storeDatabase.close()
    }

    /// As after a restart of both.
    func reopen() throws {
        drain()
        close()
        (storeProcess, storeDatabase, store) = try DeliveryRig.openStore(folder, time)
        (intakeProcess, intakeDatabase, intake) = try DeliveryRig.openIntake(folder, time, line, coordinator)
        line.connect(to: LocalTransport(storeProcess.router, as: .intake))
        try intake.start()
    }

    private static func process(_ service: Peer, _ folder: TemporaryFolder, _ time: ManualTime) throws -> (
        ServiceProcess, EnvironmentReader
    ) {
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: service)
        let system = System(clock: time, scheduler: time, random: { SecureRandom.bytes($0) })
        let log = Log(service: service.rawValue, system: system) { _ in }
        return (
            try ServiceProcess(service: service, configuration: ServiceConfiguration(&environment), system: system, log: log), environment
        )
    }

    private static func openStore(_ folder: TemporaryFolder, _ time: ManualTime) throws -> (ServiceProcess, Database, ConversationStore) {
        let (process, _) = try process(.conversationStore, folder, time)
        let database = process.database(migrations: ConversationStoreMigrations.all)
        return (process, database, try ConversationStore(process, database))
    }

    private static func openIntake(
        _ folder: TemporaryFolder, _ time: ManualTime, _ line: UnsureLine, _ coordinator: PlayedCoordinator
    ) throws -> (ServiceProcess, Database, Intake) {
        var (process, environment) = try process(.intake, folder, time)
        let database = process.database(migrations: IntakeMigrations.all)
        let intake = try Intake(
            process, IntakeConfiguration(&environment), database, conversations: line, coordinator: coordinator.transport(for: .intake),
            freeBytes: { 1 << 40 })
        return (process, database, intake)
    }

    // MARK: The mesh

    func intake<R: Request>(_ request: R, as peer: Peer = .operator) throws -> R.Response {
        try ok(LocalTransport(intakeProcess.router, as: peer).call(request, CallOptions(timeoutMilliseconds: 60_000)))
    }

    func store<R: Request>(_ request: R, as peer: Peer) throws -> R.Response {
        try ok(LocalTransport(storeProcess.router, as: peer).call(request, CallOptions(timeoutMilliseconds: 60_000)))
    }

    func notices(_ request: ListNotices) throws -> [Notice] {
        try storeDatabase.read { [store] connection in try store.store.notices(request, connection) }
    }

    private func ok<R: Request>(_ outcome: Outcome<R>) throws -> R.Response {
        switch outcome {
        case .ok(let response): return response
        case .refused(let reason, _): throw Unanswered(what: "\(R.contract.method): \(reason.rawValue)")
        case .fault(let fault): throw Unanswered(what: "\(R.contract.method): \(fault.code.rawValue)")
        }
    }

    func metric(_ name: String) -> Int64 { intakeProcess.metrics.snapshot()[name] ?? 0 }

    func digester() throws -> ErasureDigester { ErasureDigester(peppers: try intakeProcess.keys.peppers()) }

    // MARK: Deliveries

    /// Posts all at once, as many connections do, and waits for every answer.
    func post(_ bodies: [(Platform, String)]) throws {
        let answers = Answers()
        for (platform, body) in bodies {
            let name = platform == .instagram ? KeyName.instagramAppSecret : KeyName.whatsappAppSecret
            let mac = Hex.encode(HMACSHA256Key(try intakeProcess.keys.secret(named: name)).authenticate(Array(body.utf8)))
            var headers = HTTPHeaders()
            headers.append("X-Hub-Signature-256", "sha256=\(mac)")
            let request = try HTTPRequest(.post, "/webhooks/\(platform.rawValue)", headers: headers, body: Array(body.utf8))
            intake.handle(request, HTTPReply { answers.add($0.status) })
        }
        #expect(answers.wait(bodies.count).allSatisfy { $0 == .ok })
    }

    /// Waits until the store has everything that intake took.
    func drain() {
        for _ in 0..<DeliveryRig.patienceMilliseconds {
            if metric("outbox.rows") == 0 { return }
            // A lost answer is asked for again after a pause.
            if time.waitingCount > 0 { time.advance(milliseconds: Backoff.millisecondsMaxDefault) }
            line.waitForAnswer(milliseconds: 1)
        }
        Issue.record("the outbox does not empty")
    }

    /// What the coordinator does: the closure, tombstones everywhere, then the rows.
    func erase(_ aliases: [Alias], in workspace: WorkspaceID, on accounts: [Account]) throws {
        drain()
        var subject = Subject(workspace: workspace, aliases: aliases)
        while true {
            var known = subject
            known.formUnion(try intake(CollectSubject(subject: subject), as: .deletionCoordinator).subject)
            known.formUnion(try store(CollectSubject(subject: subject), as: .deletionCoordinator).subject)
            if known == subject { break }
            subject = known
        }
        subject.cutoff = time.now
        let digester = ErasureDigester(peppers: try intakeProcess.keys.peppers())
        let tombstones = subject.aliases.filter { $0.kind != .username }.flatMap { alias in
            accounts.filter { $0.platform == alias.platform }.map {
                digester.tombstone(.person(workspace, $0, alias), cutoff: time.now)
            }
        }
        let deletion = DeletionID(rawValue: 1)
        let place = PlaceTombstones(deletion: deletion, tombstones: tombstones)
        _ = try intake(place, as: .deletionCoordinator)
        _ = try store(place, as: .deletionCoordinator)
        _ = try intake(EraseSubject(deletion: deletion, subject: subject), as: .deletionCoordinator)
        _ = try store(EraseSubject(deletion: deletion, subject: subject), as: .deletionCoordinator)
    }

    private struct Unanswered: Error { let what: String }
}

/// Answers of many requests.
private final class Answers: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private let changed: Condition
    private var statuses: [HTTPStatus] = []

    init() { changed = Condition(lock) }

    func add(_ status: HTTPStatus) {
        lock.withLock {
            statuses.append(status)
            changed.broadcast()
        }
    }

    func wait(_ count: Int) -> [HTTPStatus] {
        lock.withLock {
            while statuses.count < count { changed.wait() }
            return statuses
        }
    }
}
