import Foundation
import HTTP
import MeshContracts
import Net
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

/// A tiny service in this process, with real sockets and a real file.
@Suite struct ServiceProcessTests {
    private let folder: TemporaryFolder
    private let lines = Recorder<String>()

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
    }

    private func process(_ service: Peer, _ variables: [String: String] = [:]) throws -> ServiceProcess {
        var environment = EnvironmentReader(
            ["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"].merging(variables) { $1 }, service: service)
        let configuration = ServiceConfiguration(&environment)
        #expect(environment.problems == [])
        let system = System.real()
        let log = Log(service: service.rawValue, system: system) { [lines] in lines.note(String(decoding: $0, as: UTF8.self)) }
        return try ServiceProcess(service: service, configuration: configuration, system: system, log: log)
    }

    /// A client with the operator's key that finds the service as every program does.
    private func operatorClient(of process: ServiceProcess) throws -> MeshClient {
        let callee = process.service
        return MeshClient(peer: .operator, service: callee.rawValue, keys: try process.keys.callingKeys(of: .operator)) {
            [configuration = process.configuration] in
            let address = try configuration.meshAddress(of: callee)
            return (address.host, address.port)
        }
    }

    @Test func aServiceOpensItsDoorsAndTellsTheirPorts() throws {
        let process = try process(.deletionCoordinator)
        let doors = [
            HTTPDoor { $1.send(.text("public")) },
            HTTPDoor(.console) { $1.send(.text("console")) }
        ]
        let opened = try process.open(serving: [], doors: doors)

        for door in MeshPlan.Door.allCases {
            let file = PortFile(dataFolder: folder.path, service: .deletionCoordinator, door: door)
            #expect(try file.read() == opened.port(door))
        }
        #expect(Set([opened.port(.mesh), opened.port(.http), opened.port(.console)]).count == 3)
        #expect(opened.close())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/run") == [])
    }

    @Test func everyServiceAnswersTheMethodsOfTheMesh() throws {
        let process = try process(.conversationStore)
        process.health.register("facts") { .degraded("stale") }
        process.metrics.counter("rows").add(5)
        let opened = try process.open(serving: [])
        let client = try operatorClient(of: process)
        defer {
            client.close()
            opened.close()
        }

        #expect(try ok(client.call(Echo(payload: "hello"))).payload == "hello")
        let health = try ok(client.call(ReadHealth()))
        #expect(health.service == "conversation-store" && !health.healthy)
        #expect(health.checks == [ReadHealth.Check(name: "facts", healthy: false, detail: "stale")])
        let values = try ok(client.call(ReadMetrics())).values
        #expect(values["rows"] == 5 && values["mesh.connections"] == 1)
        #expect(values["rss.bytes"] ?? 0 > 1_000_000)
        #expect(values["uptime.milliseconds"] ?? -1 >= 0)
        let methods = try ok(client.call(ReadContracts())).methods.map { String(decoding: $0.bytes, as: UTF8.self) }
        #expect(methods.count == 4)
        #expect(methods.first?.hasPrefix(#"{"method":"mesh.contracts","service":"conversation-store""#) == true)
    }

    @Test func theDatabaseIsTheServicesOwnAndClosedAtTheEnd() throws {
        let process = try process(.intake)
        let database = process.database(migrations: [])
        let opened = try process.open(serving: [])
        let steps = Recorder<String>()

        #expect(try database.writer.write("ask") { try $0.first("SELECT 7") { $0.int(0) } } == 7)
        #expect(process.metrics.snapshot()["writer.jobs"] == 1)
        #expect(try folder.mode("intake.sqlite") == 0o600)
        opened.close {
            // Still open while the service stops.
            do { try database.writer.write("last") { _ in steps.note("written") } } catch { steps.note("\(error)") }
        }
        #expect(steps.notes == ["written"])
        #expect(throws: DatabaseError.self) { try database.writer.write("late") { _ in } }
    }

    @Test func aClientFindsAServiceThatWasStartedAnewOnAnotherPort() throws {
        let caller = try process(.intake)
        let client = caller.client(to: .conversationStore)
        #expect(client === caller.client(to: .conversationStore))
        let first = try process(.conversationStore).open(serving: [])
        #expect(try ok(client.call(Echo(payload: "1"))).payload == "1")
        first.close()

        let second = try process(.conversationStore).open(serving: [])
        #expect(try ok(client.call(Echo(payload: "2"))).payload == "2")
        client.close()
        second.close()
    }

    @Test func aStopResumesLongPollsInsteadOfWaitingForThem() throws {
        let process = try process(.conversationStore)
        let polls = process.longPolls("feed")
        let held = Recorder<Int>()
        process.router.on(Wait.self) { _, reply in
            polls.hold(since: polls.mark(), milliseconds: 60_000) { reply.ok(Empty()) }
            held.note(1)
        }
        let opened = try process.open(serving: [Wait.contract.method])
        let client = try operatorClient(of: process)
        let answers = Recorder<Bool>()
        client.call(Wait()) { outcome in
            if case .ok = outcome { answers.note(true) } else { answers.note(false) }
        }
        #expect(held.wait(count: 1) == [1])

        #expect(opened.close())
        #expect(answers.wait(count: 1) == [true])
        client.close()
    }

    @Test func aStartThatFailsLeavesNoPortFile() throws {
        let process = try process(.handoffContext)
        #expect(throws: NotToday.self) { try process.open(serving: []) { throw NotToday() } }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/run"))
    }

    @Test func whatHasNoKeyIsNotServed() throws {
        let process = try process(.conversationStore)
        let opened = try process.open(serving: [])
        // The coordinator's keys exist, but not for a peer that calls itself the operator.
        let keys = try process.keys.callingKeys(of: .deletionCoordinator)
        let client = MeshClient(peer: .operator, service: "conversation-store", keys: keys) {
            [configuration = process.configuration] in
            let address = try configuration.meshAddress(of: .conversationStore)
            return (address.host, address.port)
        }
        defer {
            client.close()
            opened.close()
        }

        guard case .fault = client.call(Echo(payload: "hello"), CallOptions(timeoutMilliseconds: 500)) else {
            Issue.record("a caller with a wrong key was served")
            return
        }
    }

    private func ok<R: Request>(_ outcome: Outcome<R>) throws -> R.Response {
        guard case .ok(let response) = outcome else { throw NotToday() }
        return response
    }
}

private struct NotToday: Error {}

/// A request that waits for news.
private struct Wait: Request {
    static let contract = Contract(
        "example.wait", purpose: .provideService, repeats: .harmless, deadlineMilliseconds: 60_000, callers: [.operator])

    init() {}
    mutating func visit(_ fields: inout FieldVisitor) {}
    typealias Response = Empty
}
