import DeletionCoordinatorContracts
import Domain
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Threads
import Wire

@testable import Access

/// The outbox over a real file, towards a coordinator that the test plays. Each test fails where a step between record and receipt is left
/// out: the coordinator counts what it hears.
@Suite final class DisclosureOutboxTests {
    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let coordinator = PlayedCoordinator()
    private var process: ServiceProcess
    private var database: Database
    private var outbox: DisclosureOutbox

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        (process, database, outbox) = try DisclosureOutboxTests.open(folder, time, coordinator)
    }

    deinit {
        outbox.stop()
        database.close()
    }

    private static func open(
        _ folder: TemporaryFolder, _ time: ManualTime, _ coordinator: PlayedCoordinator, rowsMax: Int64 = DisclosureOutbox.rowsMaxDefault
    ) throws -> (ServiceProcess, Database, DisclosureOutbox) {
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .conversationStore)
        let process = try ServiceProcess(
            service: .conversationStore, configuration: ServiceConfiguration(&environment), system: time.system(),
            log: Log(service: "conversation-store", system: time.system()) { _ in })
        let database = process.database(migrations: [DisclosureOutbox.migration])
        let outbox = try DisclosureOutbox(process, database, to: coordinator.transport(for: .conversationStore), rowsMax: rowsMax)
        outbox.start()
        return (process, database, outbox)
    }

    /// As after a kill: whatever memory knew is gone.
    private func reopen(rowsMax: Int64 = DisclosureOutbox.rowsMaxDefault) throws {
        outbox.stop()
        database.close()
        (process, database, outbox) = try DisclosureOutboxTests.open(folder, time, coordinator, rowsMax: rowsMax)
    }

    /// Asks for something as a peer would; the answer is whether it was shown.
    private func look(_ items: Int64) -> Outcome<Look> {
        let router = Router(service: "conversation-store")
        router.on(Look.self) { [outbox, time] look, reply in
            let disclosure = Disclosure(
                to: Recipient(.support, "mem_sam"), [.communication], items: look.items, for: .supportCustomer, of: nil, about: nil,
                role: .support, at: time.now)
            outbox.disclose(disclosure, reply) { reply.ok(Empty()) }
        }
        router.seal(serving: [])
        return LocalTransport(router, as: .operator).call(Look(items: items))
    }

    private func waiting() throws -> Int64 { try database.read { try DisclosureTable.count($0) } }

    private var told: [Int64] { coordinator.disclosures.map(\.items) }

    private var health: HealthState? { process.health.report().first { $0.name == "disclosures" }?.state }

    /// The round that the coordinator heard of has ended, and its rows with it.
    private func waitUntilEmpty() throws -> Bool {
        outbox.stop()
        return try waiting() == 0
    }

    // MARK: Tests

    @Test func whatIsShownIsToldOnceAndForgotten() throws {
        #expect(look(1).isOK)
        #expect(coordinator.wait(forTellings: 1))
        #expect(try waitUntilEmpty())
        #expect(told == [1])
    }

    @Test func nothingIsShownThatIsNotOnRecord() throws {
        try database.writer.write("break the outbox") {
            try $0.execute("CREATE TRIGGER broken BEFORE INSERT ON disclosure_outbox BEGIN SELECT RAISE(ABORT, 'broken'); END")
        }
        #expect(look(1).faultCode == .unavailable)
        database.close()
        #expect(look(1).faultCode == .overloaded)
        #expect(coordinator.tellings == 0)
    }

    @Test func aCoordinatorThatIsDownOnlyDelays() throws {
        coordinator.be(.down)
        for items in 1...3 as ClosedRange<Int64> { #expect(look(items).isOK) }
        #expect(coordinator.wait(forTellings: 1))
        time.waitUntilWaiting(count: 1)
        #expect(try waiting() == 3)
        #expect(health == .ok())
        time.advance(milliseconds: DisclosureOutbox.healthyMilliseconds + 1)
        #expect(health == .degraded("waiting for deletion-coordinator"))

        time.waitUntilWaiting(count: 1)
        coordinator.be(.well)
        let before = coordinator.tellings
        time.advance(milliseconds: Backoff.millisecondsMaxDefault)
        #expect(coordinator.wait(forTellings: before + 3))
        #expect(try waitUntilEmpty())
        #expect(told == [1, 2, 3])
    }

    @Test func aLostAnswerIsAskedForAgainWithTheSameKey() throws {
        coordinator.be(.unheard)
        #expect(look(1).isOK)
        #expect(coordinator.wait(forTellings: 1))
        time.waitUntilWaiting(count: 1)
        #expect(try waiting() == 1)
        coordinator.be(.well)
        time.advance(milliseconds: Backoff.millisecondsMaxDefault)
        #expect(coordinator.wait(forTellings: 2))
        #expect(try waitUntilEmpty())
        #expect(told == [1])
    }

    @Test func whatWaitedIsToldAfterARestart() throws {
        coordinator.be(.down)
        #expect(look(1).isOK)
        #expect(coordinator.wait(forTellings: 1))
        outbox.stop()
        coordinator.be(.well)
        #expect(told == [])

        try reopen()

        #expect(coordinator.wait(forTellings: 2))
        #expect(try waitUntilEmpty())
        #expect(told == [1])
    }

    @Test func withTooManyWaitingNothingMoreIsShown() throws {
        coordinator.be(.down)
        try reopen(rowsMax: 2)
        #expect(look(1).isOK && look(2).isOK)
        #expect(look(3).faultCode == .overloaded)
        // A restart counts them anew.
        try reopen(rowsMax: 2)
        #expect(look(3).faultCode == .overloaded)
        coordinator.be(.well)
        try reopen(rowsMax: 2)
        #expect(coordinator.wait(forTellings: coordinator.tellings + 1) || told == [1, 2])
        #expect(try waitUntilEmpty())
        #expect(told == [1, 2])
    }
}

/// A request of the test's own: somebody looks at so many things.
private struct Look: Request {
    static let contract = Contract("test.look", purpose: .provideService, repeats: .harmless, callers: [.operator])

    var items: Int64 = 0

    init() {}
    init(items: Int64) { self.items = items }

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("items", &items, 0...Int64.max) }

    typealias Response = Empty
}

extension Outcome {
    fileprivate var isOK: Bool { if case .ok = self { true } else { false } }
    fileprivate var faultCode: Fault.Code? { if case .fault(let fault) = self { fault.code } else { nil } }
}
