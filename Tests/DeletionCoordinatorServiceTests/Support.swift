import Access
import DeletionCoordinatorContracts
import Digest
import Domain
import Erasure
import Foundation
import HTTP
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Threads
import Wire

@testable import DeletionCoordinatorService

/// A data folder with keys and facts, the fake holders, and a coordinator over its real file that can be stopped and started again.
final class Mesh {
    static let workspace = WorkspaceID(rawValue: "acme")
    /// Another customer, who wants to be asked, and has WhatsApp alone.
    static let other = WorkspaceID(rawValue: "beta")
    static let accounts = [Account(.instagram, "17841400000000001"), Account(.whatsapp, "106540352242922")]

    let folder: String
    let time = ManualTime()
    let events = Events()
    let intake, store, handoff: FakeHolder
    let keys: KeyFolder
    let metaSecret: [UInt8]
    fileprivate let onDeletion: DeletionInstruction
    private(set) var coordinator: Coordinator!

    /// - Parameters:
    ///   - scans: own files are scanned byte by byte, by the real binary; else own proofs look at tables only.
    ///   - secrets: further files of the key folder.
    ///   - onDeletion: what the workspace wants done when one of its people asks.
    init(
        scans: Bool = false, guillotine: Guillotine = Guillotine(), secrets: [String: String] = [:],
        onDeletion: DeletionInstruction = .erase
    ) throws {
        self.onDeletion = onDeletion
        folder = NSTemporaryDirectory() + "coordinator-test-" + UUID().uuidString.lowercased()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try KeyFolder.createMissing(dataFolder: folder)
        for (name, text) in secrets {
            let isMade = FileManager.default.createFile(
                atPath: "\(folder)/keys/\(name)", contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
            guard isMade else { throw NotReached() }
        }
        keys = KeyFolder(dataFolder: folder)
        let (time, keys) = (time, keys)
        func holder(_ peer: Peer) throws -> FakeHolder { FakeHolder(peer, key: try keys.secret(named: KeyName.receiptKey(peer)), time) }
        intake = try holder(.intake)
        store = try holder(.conversationStore)
        handoff = try holder(.handoffContext)
        metaSecret = try keys.secret(named: KeyName.metaAppSecret)
        for holder in [intake, store, handoff] { holder.with { [folder] in $0.journaled = { Mesh.journaledDigests(folder) } } }
        try open(scans: scans, guillotine: guillotine)
    }

    deinit {
        coordinator?.close()
        do { try FileManager.default.removeItem(atPath: folder) } catch { print("left behind: \(folder)") }
    }

    var holders: [FakeHolder] { [intake, store, handoff] }

    /// Starts the coordinator, over the file as the last one left it.
    func open(scans: Bool = false, guillotine: Guillotine = Guillotine()) throws {
        coordinator = try Coordinator(self, scans: scans, guillotine: guillotine)
    }

    func close() {
        coordinator.close()
        coordinator = nil
    }

    /// Lets so much time pass while the coordinator is stopped.
    func sleep(milliseconds: Int64) throws {
        close()
        time.advance(milliseconds: milliseconds)
        try open()
    }

    // MARK: What a test does

    func request(
        _ subject: Alias, key: String = "r-1", immediately: Bool = true, workspace: WorkspaceID = Mesh.workspace,
        source: RequestDeletion.Source = .customer, identity: RequestDeletion.IdentityRecord? = nil, receivedAt: Timestamp? = nil
    ) -> Outcome<RequestDeletion> {
        call(
            RequestDeletion(
                key: RequestKey(key), workspace: workspace, subject: subject, source: source, identity: identity, receivedAt: receivedAt,
                immediately: immediately))
    }

    /// Asks with the window, and waits until it runs.
    func schedule(_ subject: Alias, key: String = "r-1", receivedAt: Timestamp? = nil) throws -> RequestDeletion.Response {
        let answer = try request(subject, key: key, immediately: false, receivedAt: receivedAt).value()
        try watch(answer.deletion, reach: .scheduled)
        return answer
    }

    /// Waits until the deletion is in that state, while no time passes.
    func watch(_ deletion: DeletionID, reach state: Deletion.State) throws {
        for _ in 0..<2000 {
            if try read(deletion).deletion.state == state { return }
            _ = events.waitForNews(milliseconds: 5)
        }
        throw NotReached()
    }

    func call<R: Request>(_ request: R) -> Outcome<R> {
        LocalTransport(coordinator.process.router, as: R.contract.programCaller).call(request)
    }

    /// As the officer, whom the gate would let through.
    func decide<R: Request>(_ request: R) -> Outcome<R> { LocalTransport(coordinator.desk, as: .operator).call(request) }

    func read(_ deletion: DeletionID) throws -> ReadDeletion.Response { try call(ReadDeletion(deletion: deletion)).value() }

    /// Lets time pass until the deletion is completed.
    func complete(_ deletion: DeletionID) throws -> ReadDeletion.Response {
        for _ in 0..<2000 {
            let response = try read(deletion)
            if response.deletion.state == .completed { return response }
            // Nothing comes while a run rests: then it is time that must move.
            if !events.waitForNews(milliseconds: 20) { time.advance(milliseconds: 5000) }
        }
        throw NotReached()
    }

    /// Lets time pass until something is so.
    func wait(until isSo: () throws -> Bool) throws {
        for _ in 0..<2000 {
            if try isSo() { return }
            if !events.waitForNews(milliseconds: 20) { time.advance(milliseconds: 5000) }
        }
        throw NotReached()
    }

    func http(_ method: HTTPMethod, _ target: String, form: String? = nil) throws -> HTTPResponse {
        let headers = HTTPHeaders(form == nil ? [] : [HTTPHeaders.Field(name: "Content-Type", value: "application/x-www-form-urlencoded")])
        let request = try HTTPRequest(method, target, headers: headers, body: Array((form ?? "").utf8))
        let answer = Answer<HTTPResponse>()
        coordinator.service.door.router.handle(request, HTTPReply { answer.fill($0) })
        return answer.wait()
    }

    static func journaledDigests(_ folder: String) -> Set<String> {
        var digests: Set<String> = []
        do { try JournalReader(dataFolder: folder).each { digests.formUnion($0.map(\.tombstone.digest)) } } catch { return [] }
        return digests
    }

    struct NotReached: Error {}
}

/// One life of the service.
final class Coordinator {
    let process: ServiceProcess
    let service: DeletionCoordinator
    /// The handlers of what people alone may ask, without the gate before them: its facts would be too old when days pass.
    let desk = Router(service: "deletion-coordinator")
    private let database: Database

    fileprivate init(_ mesh: Mesh, scans: Bool, guillotine: Guillotine) throws {
        var environment = EnvironmentReader(
            ["MESH_DATA": mesh.folder, "MESH_BASE_PORT": "0", "MESH_DELETION_COORDINATOR_PUBLIC_URL": "https://delete.example/"],
            service: .deletionCoordinator)
        let configuration = ServiceConfiguration(&environment)
        let own = DeletionCoordinatorConfiguration(&environment)
        let system = mesh.time.system()
        let log = Log(service: "deletion-coordinator", system: system) { [events = mesh.events] in events.add($0) }
        process = try ServiceProcess(service: .deletionCoordinator, configuration: configuration, system: system, log: log)
        database = process.database(migrations: DeletionCoordinatorMigrations.all)
        try Coordinator.putFacts(database, mesh.onDeletion)
        var holders: [Peer: any Transport] = [:]
        for holder in mesh.holders {
            let inner = LocalTransport(holder.router, as: .deletionCoordinator)
            holders[holder.peer] = FakeLink(inner: inner, holder: holder, guillotine: guillotine)
        }
        let ownHolder = OwnLink(process, scans: scans)
        holders[.deletionCoordinator] = FakeLink(
            inner: LocalTransport(ownHolder.router, as: .deletionCoordinator), holder: nil, guillotine: guillotine)
        let journal = CutJournal(inner: try ErasureJournal(dataFolder: mesh.folder), guillotine: guillotine)
        service = try DeletionCoordinator(process, own, database, holders: holders, journal: journal)
        desk.on(ConfirmIdentity.self, service.confirmIdentity)
        desk.on(ApproveDeletion.self, service.approve)
        desk.on(RefuseDeletion.self, service.refuse)
        desk.on(CancelDeletion.self, service.cancel)
        desk.on(ExtendDeletion.self, service.extend)
        desk.on(PlaceHold.self, service.placeHold)
        desk.on(LiftHold.self, service.liftHold)
        desk.on(ListHolds.self, service.listHolds)
        desk.on(SetRetention.self, service.setRetention)
        desk.on(ReadRetention.self, service.readRetention)
        desk.on(RunRetention.self, service.runRetention)
        try service.notices.start()
        try service.driver.start()  // Alone: there is no intake to follow.
    }

    func close() {
        service.retention.stop()
        service.driver.stop()
        service.notices.stop()
        database.close()
    }

    /// What a bug might leave: a closed request that names somebody.
    func leaveBehind(_ subject: Subject, in deletion: DeletionID) throws {
        let seal = SubjectSeal(secret: process.secret(KeyName.receiptKey(.deletionCoordinator)), random: process.system.random)
        let sealed = seal.seal(subject)
        try database.writer.write("leave behind") {
            try $0.run("INSERT INTO subjects (deletion, subject) VALUES (?, ?)", .integer(deletion.rawValue), .blob(sealed))
        }
    }

    /// As intake says it when an agreement ends.
    func terminate() {
        service.access.facts.take([AccessFact(.workspaceTerminated, Mesh.workspace, at: process.system.clock.now)])
        service.driver.wake()
    }

    /// What `mesh.health` says of deletions.
    var standing: String? { process.health.report().first { $0.name == "deletions" }?.state.word }

    /// What a crash leaves, or a bug: the file as SQL changes it.
    func change(_ sql: String) throws { try database.writer.write("change") { try $0.run(sql) } }

    func word(_ sql: String) throws -> String? { try database.read { try $0.first(sql) { $0.text(0) } } }

    func damage(_ deletion: DeletionID) throws {
        try database.writer.write("damage") {
            try $0.run("UPDATE subjects SET subject = x'00' WHERE deletion = ?", .integer(deletion.rawValue))
        }
    }

    func rowCount(_ table: String) throws -> Int64 {
        try database.read { try $0.first("SELECT count(*) FROM \(table)") { $0.int(0) } ?? 0 }
    }

    /// Denials on record at public doors: `door reason count`.
    func denials() throws -> [String] {
        try database.writer.write("settle") { _ in }
        return try database.read { connection in
            var denials: [String] = []
            try connection.each("SELECT method, reason, count FROM denials WHERE peer = 'public' ORDER BY 1, 2") {
                denials.append("\($0.text(0)) \($0.text(1)) \($0.int(2))")
            }
            return denials
        }
    }

    func scan(_ needles: [String]) throws -> ByteScan.Report {
        try ByteScan.inChildProcess(
            files: [database.path, "\(database.path)-wal"], needles: needles.map { Array($0.utf8) }, executable: Binary.path)
    }

    /// As `access.feed` would have brought them.
    private static func putFacts(_ database: Database, _ onDeletion: DeletionInstruction) throws {
        let at = Timestamp(rawValue: 1_767_000_000_000)
        var facts = [AccessFact(.workspaceOpened, Mesh.workspace, instructions: Instructions(onDeletion: onDeletion), at: at)]
        for (index, account) in Mesh.accounts.enumerated() {
            facts.append(
                AccessFact(.channelConnected, Mesh.workspace, channel: ChannelID(rawValue: "c\(index)"), account: account, at: at))
        }
        facts.append(AccessFact(.workspaceOpened, Mesh.other, instructions: Instructions(onDeletion: .ask), at: at))
        facts.append(
            AccessFact(
                .channelConnected, Mesh.other, channel: ChannelID(rawValue: "c9"), account: Account(.whatsapp, "106540352249999"), at: at))
        let rows = facts
        try database.writer.write("put facts") { connection in
            for fact in rows { try AccessTable.put(fact, connection) }
        }
    }
}

/// The coordinator as its own holder. A test's process can't be its own scanning child, so the scan is done by the service's binary.
private final class OwnLink: Sendable {
    let router = Router(service: "deletion-coordinator")

    init(_ process: ServiceProcess, scans: Bool) {
        let own = LocalTransport(process.router, as: .deletionCoordinator)
        let path = process.configuration.databasePath(of: .deletionCoordinator)
        router.on(CollectSubject.self) { request, reply in own.call(request) { $0.pass(to: reply) } }
        router.on(PlaceTombstones.self) { request, reply in own.call(request) { $0.pass(to: reply) } }
        router.on(EraseSubject.self) { request, reply in own.call(request) { $0.pass(to: reply) } }
        router.on(ExpireData.self) { request, reply in own.call(request) { $0.pass(to: reply) } }
        router.on(ProveErasure.self) { request, reply in
            own.call(ProveErasure(subject: request.subject, scan: false)) { outcome in
                guard case .ok(var proof) = outcome else { return outcome.pass(to: reply) }
                proof.scan = scans ? OwnLink.scan(path, request.subject) : OwnLink.clean
                reply.ok(proof)
            }
        }
    }

    private static var clean: ScanResult {
        var result = ScanResult()
        result.names = 1
        return result
    }

    private static func scan(_ path: String, _ subject: Subject) -> ScanResult? {
        do {
            let report = try ByteScan.inChildProcess(
                files: [path, "\(path)-wal"], needles: subject.aliases.map { Array($0.value.utf8) }, executable: Binary.path)
            var result = clean
            for hit in report.hits {
                if hit.place == .live { result.live[hit.table ?? "unknown", default: 0] += 1 } else { result.residue += 1 }
            }
            return result
        } catch {
            print("scan: \(error)")
            return nil
        }
    }
}

private struct CutJournal: TombstoneJournal {
    let inner: ErasureJournal
    let guillotine: Guillotine

    func append(_ tombstones: [Tombstone], of deletion: DeletionID) throws(JournalError) {
        let cut = JournalError(operation: "append to", path: "journal", errno: EIO)
        guard guillotine.pass() else { throw cut }
        try inner.append(tombstones, of: deletion)
        guard guillotine.pass() else { throw cut }
    }
}

extension Outcome {
    struct Unexpected: Error { let text: String }

    func value() throws -> R.Response {
        switch self {
        case .ok(let response): response
        case .refused(let reason, _): throw Unexpected(text: "refused: \(reason)")
        case .fault(let fault): throw Unexpected(text: "fault: \(fault.code) \(fault.message)")
        }
    }

    var refusal: R.Refusal? { if case .refused(let reason, _) = self { reason } else { nil } }
    var fault: Fault.Code? { if case .fault(let fault) = self { fault.code } else { nil } }

    fileprivate func pass(to reply: Reply<R>) {
        switch self {
        case .ok(let response): reply.ok(response)
        case .refused(let reason, let message): reply.refuse(reason, message)
        case .fault(let fault): reply.fault(fault.code, fault.message)
        }
    }
}

/// The service's log, and a way to wait for its next line.
final class Events: @unchecked Sendable {  // All state is guarded by `lock`.
    private let lock = Lock()
    private let changed: Condition
    private var lines: [String] = []
    private var seen = 0

    init() { changed = Condition(lock) }

    func add(_ line: [UInt8]) {
        lock.withLock {
            lines.append(String(decoding: line, as: UTF8.self))
            changed.broadcast()
        }
    }

    var text: String { lock.withLock { lines.joined() } }

    /// Waits for a line that nobody waited for yet.
    func waitForNews(milliseconds: Int64) -> Bool {
        lock.withLock {
            while lines.count == seen { if !changed.wait(milliseconds: milliseconds) { break } }
            defer { seen = lines.count }
            return lines.count > seen
        }
    }
}

/// The service's own binary, built beside the tests: it is the scanning child.
enum Binary {
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("deletion-coordinator").path
}
