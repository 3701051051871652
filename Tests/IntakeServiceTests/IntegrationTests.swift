import Access
import Digest
import Domain
import Foundation
import IntakeContracts
import Policy
import Runtime
import Testing
import Wire

@testable import IntakeService

/// `integrations.*`: what a customer connects beside its channels.
struct IntegrationTests {
    private static let secret = "an invented secret of a CRM"

    private func request(_ workspace: WorkspaceID, key: String = "crm", _ change: (inout ConnectIntegration) -> Void = { _ in })
        -> ConnectIntegration
    {
        var request = ConnectIntegration(
            key: RequestKey(key), workspace: workspace, kind: .crm, name: "Lamp customers",
            terms: WebLink(rawValue: "https://crm.example/terms"),
            uses: [DeclaredUse(.communication, for: .provideService), DeclaredUse(.profile, for: .provideService)],
            attestation: Attestation(
                member: "member-1", textVersion: "2026-01", attestedAt: Timestamp(rawValue: 1_767_000_000_000), rights: true, notices: true,
                consents: true), secret: IntegrationTests.secret)
        change(&request)
        return request
    }

    private func facts(_ fixture: IntakeFixture) throws -> [AccessFact] {
        try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore).facts.filter { $0.integration != nil }
    }

    @Test func anIntegrationIsConnectedOnceAndListedAsItWasDeclared() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        let request = request(workspace)

        let connected = try fixture.ok(request)
        #expect(try fixture.ok(request) == connected)
        #expect(refusal(fixture.call(self.request(workspace) { $0.name = "Others" })) == .keyReused)

        #expect(connected.integration.rawValue.wholeMatch(of: /int_[a-z2-7]{20}/) != nil)
        #expect(connected.thirdPartyTerms == request.terms)
        try fixture.reopen()
        let listed = try fixture.ok(ListIntegrations(workspace: workspace)).integrations
        try #require(listed.count == 1)
        #expect(listed[0].integration == connected.integration && listed[0].kind == .crm && listed[0].name == request.name)
        #expect(listed[0].terms == request.terms && listed[0].uses == request.uses && listed[0].attestation == request.attestation)
        #expect(listed[0].hasSecret && listed[0].connectedAt == fixture.time.now && listed[0].endedAt == nil)
        #expect(try fixture.ok(ListIntegrations(workspace: other)).integrations.isEmpty)
        #expect(try fixture.ok(ListIntegrations(workspace: workspace, after: connected.integration)).integrations.isEmpty)
    }

    @Test func anIntegrationNeedsAWholeAttestation() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let changes: [(inout Attestation) -> Void] = [
            { $0.rights = false }, { $0.notices = false }, { $0.consents = false }, { $0.member = "" }, { $0.textVersion = "" }
        ]
        for change in changes {
            #expect(refusal(fixture.call(request(workspace) { change(&$0.attestation) })) == .attestationIncomplete)
        }
        #expect(try fixture.count("integrations") == 0)
        _ = try fixture.ok(request(workspace))
        #expect(try fixture.count("integration_attestations") == 1)
    }

    @Test(arguments: NeverPurpose.allCases)
    func nothingIsConnectedForWhatIsNeverDone(never: NeverPurpose) throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        #expect(fault(fixture.call(request(workspace) { $0.uses[1].purpose = never.rawValue }))?.code == .purposeForbidden)
        #expect(try fixture.count("integrations") == 0)
    }

    @Test func aUseThatThePolicyDoesNotKnowOrNeverAllowsIsRefusedWithTheReason() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        #expect(refusal(fixture.call(request(workspace) { $0.uses[0].purpose = "curiosity" })) == .unknownPurpose)
        let outcome = fixture.call(request(workspace) { $0.uses[0] = DeclaredUse(.communication, for: .improveProduct) })
        guard case .refused(let reason, let message) = outcome else {
            Issue.record("it was connected")
            return
        }
        #expect(reason == .useNotAllowed && message == "communication data never serves to improveProduct")
        let malformed: [(inout ConnectIntegration) -> Void] = [
            { $0.uses = [] }, { $0.uses.append($0.uses[0]) }, { $0.terms = WebLink(rawValue: "http://crm.example") }, { $0.name = "" },
            { $0.secret = "short" }
        ]
        for change in malformed { #expect(fault(fixture.call(request(workspace, change)))?.code == .malformed) }
        #expect(try fixture.count("integrations") == 0)
    }

    /// An integration is the customer's: it has the customer's data, whole, for the service, and nothing else.
    @Test(arguments: Category.allCases)
    func anIntegrationHasTheCustomersOwnDataForTheServiceAlone(category: Category) throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let theirs: Set<Category> = [.communication, .profile, .insights, .workspaceConfiguration]
        for purpose in Purpose.allCases {
            let outcome = fixture.call(
                request(workspace) {
                    $0.key = RequestKey("\(category)-\(purpose)")
                    $0.uses = [DeclaredUse(category, for: purpose)]
                })
            let isAllowed = theirs.contains(category) && purpose == .provideService
            #expect(refusal(outcome) == (isAllowed ? nil : .useNotAllowed), "\(category) to \(purpose)")
        }
        #expect(try fixture.count("integrations") == (theirs.contains(category) ? 1 : 0))
    }

    @Test func onlyAWorkspaceThatIsThereConnectsAnything() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.openWorkspace()
        // Nobody has a role in it, so nobody gets as far as the refusal.
        #expect(fault(fixture.call(request(WorkspaceID(rawValue: "ws_unknown"))))?.code == .forbidden)
        #expect(try fixture.count("integrations") == 0)
    }

    @Test func theEndIsOneMomentAndKeepsTheProof() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        let integration = try fixture.ok(request(workspace)).integration
        #expect(refusal(fixture.call(DisconnectIntegration(workspace: other, integration: integration))) == .unknownIntegration)

        let ended = try fixture.ok(DisconnectIntegration(workspace: workspace, integration: integration)).endedAt
        fixture.time.advance(milliseconds: 1000)
        #expect(try fixture.ok(DisconnectIntegration(workspace: workspace, integration: integration)).endedAt == ended)

        let listed = try fixture.ok(ListIntegrations(workspace: workspace)).integrations
        #expect(listed.map(\.endedAt) == [ended] && listed[0].attestation.member == "member-1" && !listed[0].hasSecret)
        #expect(try fixture.count("integration_secrets") == 0)
        #expect(try facts(fixture).map(\.kind) == [.integrationEnded])
    }

    @Test func everyServiceHearsOfIt() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let integration = try fixture.ok(request(workspace) { $0.kind = .customerDatabase }).integration
        let known = AccessFacts()

        known.take(try facts(fixture))
        let heard = try #require(known.integration(integration))
        #expect(heard.workspace == workspace && heard.kind == .customerDatabase && !heard.isEnded)
        _ = try fixture.ok(DisconnectIntegration(workspace: workspace, integration: integration))
        known.take(try facts(fixture))
        #expect(known.integration(integration)?.isEnded == true)
    }

    @Test func aSecretComesOutNowhere() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        _ = try fixture.ok(request(workspace))
        let needle = Array(IntegrationTests.secret.utf8)

        let replies = [
            FieldVisitor.write(try fixture.ok(request(workspace))),
            FieldVisitor.write(try fixture.ok(ListIntegrations(workspace: workspace))),
            FieldVisitor.write(try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore))
        ]
        for reply in replies { #expect(!contains(reply, needle)) }
        #expect(fixture.lines.all.allSatisfy { !$0.contains(IntegrationTests.secret) })

        let sealed = try fixture.database.read { try $0.first("SELECT secret FROM integration_secrets") { $0.blob(0) } }
        #expect(!contains(try #require(sealed), needle))
        // The control: it is all there, for whoever has the key.
        let key = try fixture.process.keys.secret(named: KeyName.inboxKey)
        let seal = Seal(secret: key, label: "integration secrets") { [UInt8](repeating: 0, count: $0) }
        #expect(try seal.open(try #require(sealed)) == needle)
        fixture.close()
        for name in ["intake.sqlite", "intake.sqlite-wal"] where FileManager.default.fileExists(atPath: "\(fixture.folder)/\(name)") {
            #expect(!contains(Array(try Data(contentsOf: URL(fileURLWithPath: "\(fixture.folder)/\(name)"))), needle), "\(name)")
        }
    }

    private func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool { Data(bytes).range(of: Data(needle)) != nil }
}
