import ConversationStoreContracts
import Domain
import HandoffContextContracts
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import HandoffContextService

/// The service in this process, with a conversation store that the test plays.
@Suite struct HandoffServiceTests {
    private let folder: TemporaryFolder
    private let lines = Lines()
    private let process: ServiceProcess

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .handoffContext)
        let system = System.real()
        let log = Log(service: "handoff-context", system: system) { [lines] in lines.add(String(decoding: $0, as: UTF8.self)) }
        process = try ServiceProcess(
            service: .handoffContext, configuration: ServiceConfiguration(&environment), system: system, log: log)
    }

    private func store(_ register: (Router) -> Void) -> LocalTransport {
        let router = Router(service: "conversation-store")
        register(router)
        router.seal(serving: [])
        return LocalTransport(router, as: .handoffContext)
    }

    @Test(arguments: Fault.Code.allCases)
    func onlyAFaultThatHealsByItselfGoesThrough(code: Fault.Code) throws {
        let conversations = store { $0.on(ReadConversation.self) { _, reply in reply.fault(code, "said the store") } }
        let database = process.database(migrations: HandoffContextMigrations.all)
        let accounts = try PlayedAccounts(process)
        let workspace = WorkspaceID(rawValue: "ws")
        let agent = CallOptions(actor: accounts.member(.agent, of: workspace))
        let handoff = try Handoff(process, database, conversations: conversations, accounts: accounts.transport)
        let opened = try process.open(serving: HandoffContextCatalogue.methods)
        defer { opened.close(stop: handoff.stop) }
        try handoff.start()

        let request = ReadContext(workspace: workspace, conversation: ConversationID(rawValue: 1), audience: .human, tokenBudget: 100)
        try #require(accounts.areTaken)
        guard case .fault(let fault) = LocalTransport(process.router, as: .operator).call(request, agent) else {
            Issue.record("a fault became an answer")
            return
        }

        let passes: [Fault.Code] = [.deadlineExceeded, .overloaded, .unavailable]
        #expect(fault.code == (passes.contains(code) ? code : .internal))
        let line = #""event":"storeFailed","method":"handoff.context","code":"\#(code.rawValue)""#
        #expect(lines.all.contains { $0.contains(line) } != passes.contains(code))
    }

    @Test func theFirstAnswerOfTheFeedComesAtOnceAndIsHealth() throws {
        let later = Answer<Int64>()
        let conversations = store { router in
            router.on(ReadConversationFeed.self) { request, reply in
                if request.waitMilliseconds == 0 { return reply.ok(ReadConversationFeed.Response()) }
                later.fill(request.waitMilliseconds)
                reply.fault(.unavailable, "not now")
            }
        }
        let database = process.database(migrations: HandoffContextMigrations.all)
        let handoff = try Handoff(process, database, conversations: conversations)
        let opened = try process.open(serving: HandoffContextCatalogue.methods)
        defer { opened.close(stop: handoff.stop) }
        #expect(health() == .degraded("nothing heard yet"))

        try handoff.start()

        #expect(later.wait(milliseconds: 10_000) == FeedPatience.waitMilliseconds)
        #expect(health() == .ok())
    }

    @Test func aFollowerThatCannotReadItsFileSaysWhy() throws {
        let database = process.database(migrations: HandoffContextMigrations.all)
        let handoff = try Handoff(process, database, conversations: store { _ in })
        let opened = try process.open(serving: HandoffContextCatalogue.methods)
        defer { opened.close(stop: handoff.stop) }
        database.close()

        try handoff.start()

        for method in ["access.feed", "conversations.feed"] {
            let line = try #require(lines.wait(for: #""event":"feedFailed","method":"\#(method)""#))
            #expect(line.contains("closed"))
        }
    }

    private func health() -> HealthState? { process.health.report().first { $0.name == "conversations" }?.state }
}

/// Lines of the log, from any thread.
private final class Lines: @unchecked Sendable {  // `lines` is guarded by `lock`.
    private let lock = Lock()
    private let added: Condition
    private var lines: [String] = []

    init() { added = Condition(lock) }

    var all: [String] { lock.withLock { lines } }

    func add(_ line: String) {
        lock.withLock {
            lines.append(line)
            added.broadcast()
        }
    }

    /// The first line that has the text; nil when it never comes.
    func wait(for text: String) -> String? {
        lock.withLock {
            while true {
                if let line = lines.first(where: { $0.contains(text) }) { return line }
                if !added.wait(milliseconds: 10_000) { return nil }
            }
        }
    }
}
