import DeletionCoordinatorContracts
import Domain
import Policy
import Runtime
import SQLite
import TestKit
import Testing
import Wire

@testable import DeletionCoordinatorService

/// `subprocessors.set` and `.list`, asked by the privacy officer and by an owner.
@Suite final class SubprocessorTests {
    private let folder: TemporaryFolder
    private let time = ManualTime()
    private let accounts: PlayedAccounts
    private let process: ServiceProcess
    private let service: DeletionCoordinator
    private let database: Database
    private let officer, owner, agent: CallOptions

    private static let sample = Subprocessor(
        name: "Example Models", kind: .ai, country: "US", transfer: .standardClauses,
        terms: WebLink(rawValue: "https://models.example/terms"), erasureChannel: "privacy@models.example",
        uses: [DeclaredUse(.communication, for: .provideService), DeclaredUse(.profile, for: .provideService)])

    init() throws {
        folder = try TemporaryFolder()
        try KeyFolder.createMissing(dataFolder: folder.path)
        var environment = EnvironmentReader(["MESH_DATA": folder.path, "MESH_BASE_PORT": "0"], service: .deletionCoordinator)
        let configuration = ServiceConfiguration(&environment)
        let own = DeletionCoordinatorConfiguration(&environment)
        process = try ServiceProcess(
            service: .deletionCoordinator, configuration: configuration, system: time.system(),
            log: Log(service: "deletion-coordinator", system: time.system()) { _ in })
        database = process.database(migrations: DeletionCoordinatorMigrations.all)
        accounts = try PlayedAccounts(process)
        officer = CallOptions(actor: accounts.member(.privacyOfficer, of: nil))
        owner = CallOptions(actor: accounts.member(.owner, of: WorkspaceID(rawValue: "ws_shop")))
        agent = CallOptions(actor: accounts.member(.agent, of: WorkspaceID(rawValue: "ws_shop")))
        service = try DeletionCoordinator(
            process, own, database, holders: [:], journal: try ErasureJournal(dataFolder: folder.path), accounts: accounts.transport)
        try service.start()
        try #require(accounts.areTaken)
    }

    deinit {
        service.stop()
        database.close()
    }

    private func set(_ subprocessor: Subprocessor = sample, _ options: CallOptions? = nil) -> Outcome<SetSubprocessor> {
        LocalTransport(process.router, as: .operator).call(SetSubprocessor(subprocessor), options ?? officer)
    }

    private func set(changing change: (inout Subprocessor) -> Void) -> Outcome<SetSubprocessor> {
        var changed = SubprocessorTests.sample
        change(&changed)
        return set(changed)
    }

    private func register() throws -> ListSubprocessors.Response {
        try LocalTransport(process.router, as: .operator).call(ListSubprocessors(), owner).value()
    }

    // MARK: Tests

    @Test func anOwnerSeesWhatTheOfficerSetAndWhatIsNew() throws {
        #expect(try register().version == 0)
        let set = time.now
        #expect(try self.set().value().version == 1)
        time.advance(milliseconds: 1000)
        #expect(
            try self.set {
                $0.name = "Example Hosting"; $0.kind = .infrastructure
            }.value().version == 2)

        let register = try register()
        #expect(register.version == 2)
        #expect(register.subprocessors.map(\.subprocessor.name) == ["Example Hosting", "Example Models"])
        #expect(register.subprocessors[1] == ListSubprocessors.Entry(SubprocessorTests.sample, version: 1, changedAt: set))
        #expect(register.subprocessors[0].changedAt == time.now)
    }

    @Test func whatStandsAlreadyIsNoNewVersion() throws {
        _ = try set().value()
        #expect(try set { $0.uses.reverse() }.value().version == 1)
        time.advance(milliseconds: 1000)
        #expect(try set { $0.isEnded = true }.value().version == 2)
        let entry = try register().subprocessors[0]
        #expect(entry.subprocessor.isEnded && entry.version == 2 && entry.changedAt == time.now)
    }

    @Test(arguments: NeverPurpose.allCases)
    func nobodyGetsDataForWhatIsNeverDone(never: NeverPurpose) throws {
        #expect(set { $0.uses[1].purpose = never.rawValue }.fault == .purposeForbidden)
        #expect(try register().subprocessors.isEmpty)
    }

    @Test func aPurposeThatIsUnknownOrThatTheDataNeverServesIsRefused() throws {
        #expect(set { $0.uses[0].purpose = "curiosity" }.refusal == .unknownPurpose)
        guard case .refused(let reason, let message) = set(changing: { $0.uses[1] = DeclaredUse(.communication, for: .improveProduct) })
        else {
            Issue.record("it was taken")
            return
        }
        #expect(reason == .useNotAllowed && message == "communication data never serves to improveProduct")
        #expect(try register().subprocessors.isEmpty)
    }

    /// Nobody is given for good, or whole, what the table allows in part.
    @Test(arguments: [
        (
            DeclaredUse(.communication, for: .supportCustomer),
            "communication data serves to supportCustomer only while a workspace's grant runs"
        ),
        (DeclaredUse(.profile, for: .maintainSecurity), "of profile data only times, sizes and outcomes serves to maintainSecurity"),
        (DeclaredUse(.usage, for: .improveProduct), "of usage data only counts serves to improveProduct")
    ])
    func whatServesInPartIsRefusedWithTheReason(use: DeclaredUse, message: String) throws {
        guard case .refused(let reason, let said) = set(changing: { $0.uses[1] = use }) else {
            Issue.record("it was taken")
            return
        }
        #expect(reason == .useNotAllowed && said == message)
        // Control: the same data for what it always serves.
        #expect(try set { $0.uses[1] = DeclaredUse(.usage, for: .provideService) }.value().version == 1)
    }

    @Test func whatIsNoEntryIsMalformed() throws {
        let changes: [(inout Subprocessor) -> Void] = [
            { $0.country = "us" }, { $0.country = "U1" }, { $0.terms = WebLink(rawValue: "http://models.example") },
            { $0.terms = WebLink(rawValue: "https://models.example/<x>") }, { $0.terms = WebLink(rawValue: "https://models") },
            { $0.erasureChannel = "somebody" }, { $0.uses = [] }, { $0.uses.append($0.uses[0]) }, { $0.name = "Two\nlines" },
            { $0.name = "" }
        ]
        for (index, change) in changes.enumerated() { #expect(set(changing: change).fault == .malformed, "\(index)") }
        #expect(try register().subprocessors.isEmpty)
    }

    @Test func onlyTheOfficerChangesTheRegister() throws {
        for options in [owner, agent, CallOptions()] { #expect(set(SubprocessorTests.sample, options).fault == .forbidden) }
        #expect(try register().subprocessors.isEmpty)
        let asAgent = LocalTransport(process.router, as: .operator).call(ListSubprocessors(), agent)
        #expect(asAgent.fault == .forbidden)
    }
}
