import Domain
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

struct WorkspaceTests {
    @Test func aKeyGivesTheSameWorkspaceAgainAndIsNotUsedForAnother() throws {
        let fixture = try IntakeFixture()

        let first = try fixture.openWorkspace()
        let again = try fixture.openWorkspace()
        let outcome = fixture.call(OpenWorkspace.sample(name: "Another shop (invented)"))

        #expect(first == again)
        #expect(first.rawValue.wholeMatch(of: /ws_[a-z2-7]{20}/) != nil)
        #expect(refusal(outcome) == .keyReused)
        #expect(try fixture.count("workspaces") == 1)
        #expect(try fixture.openWorkspace("workspace-2") != first)
    }

    @Test func aChannelNeedsAWholeAttestation() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()

        #expect(refusal(fixture.call(ConnectChannel.sample(workspace, IntakeFixture.instagram, consents: false))) == .attestationIncomplete)
        #expect(try fixture.count("channels") == 0)

        let connected = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.instagram))
        #expect(connected.thirdPartyTerms.hasPrefix("https://help.instagram.com/"))
        #expect(try fixture.count("attestations") == 1)
    }

    @Test func anAccountHasOneLiveChannel() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace)

        #expect(refusal(fixture.call(ConnectChannel.sample(other, IntakeFixture.instagram))) == .accountConnected)
        #expect(try fixture.connect(IntakeFixture.instagram, to: workspace) == channel)
        #expect(
            refusal(
                fixture.call(
                    ConnectChannel.sample(other, IntakeFixture.whatsapp, key: "connect-\(workspace.rawValue)-\(Instagram.business)")))
                == .keyReused)
        // Control: another account, and the same id on another platform, are free.
        try fixture.connect(Account(.whatsapp, Instagram.business), to: other)
        #expect(try fixture.count("channels") == 2)
    }

    @Test func aChannelNeedsAWorkspaceThatIsThere() throws {
        let fixture = try IntakeFixture()

        let outcome = fixture.call(ConnectChannel.sample(WorkspaceID(rawValue: "ws_unknown"), IntakeFixture.instagram))

        #expect(refusal(outcome) == .unknownWorkspace)
    }
}

/// The reason of a refusal; nil for any other outcome.
func refusal<R: Request>(_ outcome: Outcome<R>) -> R.Refusal? {
    if case .refused(let reason, _) = outcome { reason } else { nil }
}
