import Domain
import IntakeContracts
import SQLite
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

    @Test func aWorkspaceKeepsTheVersionsAndTheMarketItWasOpenedUnder() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.openWorkspace()

        try fixture.reopen()

        let kept = try fixture.database.read { connection in
            try connection.first("SELECT market, policy_version, agreement_version FROM workspaces") {
                [$0.text(0), $0.text(1), $0.text(2)]
            }
        }
        #expect(kept == ["international", "2026-06-19", "2026-01"])
    }

    @Test(arguments: [
        (#""name":"Lamp Shop (invented)""#, #""name":"""#), (#""name":"Lamp Shop (invented)""#, #""name":" \n""#),
        (#""policyVersion":"2026-06-19""#, #""policyVersion":"""#), (#""policyVersion":"2026-06-19""#, #""policyVersion":" ""#),
        (#""agreementVersion":"2026-01""#, #""agreementVersion":"""#), (#""agreementVersion":"2026-01""#, #""agreementVersion":"\t""#),
        (#""market":"international""#, #""market":"es""#), (#""market":"international""#, #""market":"""#)
    ])
    func aWorkspaceWithoutANameAVersionOrAMarketIsNotOpened(right: String, wrong: String) throws {
        let fixture = try IntakeFixture()
        let transport = LocalTransport(fixture.process.router, as: .operator)
        let body = String(decoding: FieldVisitor.write(OpenWorkspace.sample()), as: UTF8.self)
        #expect(body.contains(right))

        guard
            case .fault(let fault) = transport.callRaw(
                "workspaces.open", body: Array(body.replacing(right, with: wrong).utf8), key: RequestKey("workspace-2"))
        else {
            Issue.record("it was opened")
            return
        }

        #expect(fault.code == .malformed)
        #expect(try fixture.count("workspaces") == 0)
    }

    /// One rule at every door: what a form and a consent are kept under is checked like a workspace's.
    @Test(arguments: [#""market":"es""#, #""market":"""#, #""policyVersion":" ""#, #""policyVersion":"""#])
    func formsAndConsentsAreKeptUnderARealMarketAndVersion(wrong: String) throws {
        let name = wrong.prefix { $0 != ":" }
        func read<R: Request>(_ request: R) throws {
            let body = String(decoding: FieldVisitor.write(request), as: UTF8.self)
            _ = try FieldVisitor.read(R.self, from: Array(body.utf8))  // Control.
            let changed = try body.replacing(Regex("\(name):\"[^\"]*\""), with: wrong)
            #expect(changed != body)
            #expect(throws: WireError.self) { try FieldVisitor.read(R.self, from: Array(changed.utf8)) }
        }
        try read(SubmitForm.sample())
        try read(RecordConsent.sample())
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

    @Test func aChannelHasExactlyTheFeaturesThatWereSetLast() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace)
        func set(_ features: ChannelFeature..., of channel: ChannelID, in workspace: WorkspaceID) -> Outcome<SetChannelFeatures> {
            fixture.call(SetChannelFeatures(workspace: workspace, channel: channel, features: features))
        }

        _ = set(.comments, .insights, of: channel, in: workspace)
        _ = set(.history, .comments, .comments, of: channel, in: workspace)
        _ = set(.comments, .history, of: channel, in: workspace)

        let feed = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore)
        #expect(feed.facts.compactMap(\.features) == [[.comments, .history]])
        #expect(feed.facts.last?.channel == channel)
        #expect(feed.next.sequence == 4, "what changed nothing is no fact: a workspace, a channel, its features twice")
        try fixture.reopen()
        #expect(try fixture.count("channel_features") == 2)
        let stranger = ChannelID(rawValue: "ch_none")
        #expect(refusal(set(.comments, of: stranger, in: workspace)) == .unknownChannel)
        #expect(refusal(set(of: channel, in: try fixture.openWorkspace("workspace-2"))) == .unknownChannel)
        #expect(try fixture.count("channel_features") == 2)
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

    @Test func thereAreNoMoreProgramsThanAListCanShow() throws {
        let fixture = try IntakeFixture()
        try fixture.database.writer.write("programs") { connection in
            for number in 1...ListPeers.countMax {
                try connection.run("INSERT INTO programs (name, kind, added_at) VALUES ('program-' || ?, 'gateway', 1)", SQLValue(number))
            }
        }

        #expect(refusal(fixture.call(AddPeer(name: "one-more", kind: .gateway))) == .tooMany)
        #expect(try fixture.ok(ListPeers()).peers.count == ListPeers.countMax)
        // Control: what is there may be said again, and what is gone makes room.
        _ = try fixture.ok(AddPeer(name: "program-7", kind: .gateway))
        _ = try fixture.ok(RemovePeer(name: "program-7"))
        _ = try fixture.ok(AddPeer(name: "one-more", kind: .gateway))
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
