import Domain
import IntakeContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import Access

/// A service with a real gate, a real file and played accounts; its time is the test's.
final class GuardedService {
    let folder: TemporaryFolder
    let time = ManualTime()
    let process: ServiceProcess
    let accounts: PlayedAccounts
    let access: AccessFollower
    /// What the gate let through.
    let served = Served()
    private(set) var database: Database
    private let tokens: TokenKeys

    init(saying facts: [AccessFact] = AccessFact.samples()) throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .handoffContext)
        let system = time.system()
        process = try ServiceProcess(
            service: .handoffContext, configuration: ServiceConfiguration(&environment), system: system,
            log: Log(service: "handoff-context", system: system) { _ in })
        database = try GuardedService.open(folder)
        accounts = try PlayedAccounts(process)
        for fact in facts { accounts.say(fact) }
        tokens = TokenKeys(try process.keys.tokenKeys())
        access = try AccessFollower(process, database, intake: accounts.transport)
        process.router.on(ReadSample.self) { [served] _, reply in
            served.add()
            reply.ok(Empty())
        }
        process.router.on(CountSample.self) { [served] _, reply in
            served.add()
            reply.ok(Empty())
        }
        process.router.seal(serving: [])
        access.start()
        time.waitUntilWaiting(count: 1)  // It has heard all, and then that intake is down.
    }

    deinit {
        access.stop()
        database.close()
    }

    private static func open(_ folder: TemporaryFolder) throws -> Database {
        try Database(path: folder.path("service.sqlite"), service: "service", migrations: AccessFollower.migrations)
    }

    func sign(_ token: ActorToken) -> String { tokens.sign(token) }

    func sign(_ role: Role) -> String {
        sign(ActorToken(member: .of(role), generation: 1, expiresAt: time.now.adding(milliseconds: 600_000)))
    }

    // MARK: Calls

    /// The fault that a call ends with; nil when its handler was reached.
    func put(_ attempt: Attempt) -> Fault? {
        let transport = LocalTransport(process.router, as: attempt.peer.kind, name: attempt.peer.name)
        let options = CallOptions(actor: attempt.token)
        if attempt.contract.method == CountSample.contract.method {
            var request = CountSample()
            request.workspace = attempt.workspace
            return fault(transport.call(request, options))
        }
        var request = ReadSample()
        (request.workspace, request.purpose) = (attempt.workspace, attempt.purpose)
        return fault(transport.call(request, options))
    }

    private func fault<R: Request>(_ outcome: Outcome<R>) -> Fault? {
        switch outcome {
        case .ok: nil
        case .fault(let fault): fault
        case .refused(let reason, _): Fault(.internal, "refused: \(reason.rawValue)")
        }
    }

    // MARK: The security log

    /// All rows, as text: hour, method, reason, peer, role, workspace, count, time of the last.
    func denials() throws -> [String] {
        // In line behind what was recorded, and behind what was recorded while that was written.
        for _ in 0..<2 { try database.writer.write("wait") { _ in } }
        return try database.read { connection in
            var rows: [String] = []
            try connection.each(
                "SELECT hour, method, reason, peer, role, workspace, count, last_at FROM denials ORDER BY hour, method, reason, last_at"
            ) { row in
                rows.append(
                    ([String(row.int(0))] + (1...5).map { row.text($0) } + [String(row.int(6)), String(row.int(7))])
                        .joined(separator: "|"))
            }
            return rows
        }
    }

    /// As after a restart: the file is opened anew.
    func reopen() throws {
        access.stop()
        database.close()
        database = try GuardedService.open(folder)
    }
}

/// How often a handler was reached.
final class Served: @unchecked Sendable {  // `value` is guarded by `lock`.
    private let lock = Lock()
    private var value = 0

    var count: Int { lock.withLock { value } }
    func add() { lock.withLock { value += 1 } }
}
