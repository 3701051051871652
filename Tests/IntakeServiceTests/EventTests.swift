import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

struct EventTests {
    private static let mara = MemberID(rawValue: "member-mara-0001")
    private static let noah = MemberID(rawValue: "member-noah-0002")
    private let today = Timestamp(rawValue: 1_767_225_600_000)

    private func usage(
        _ workspace: WorkspaceID, key: String = "usage-1", of members: [MemberID?] = [mara, noah, nil], consent: ConsentID? = nil
    ) -> RecordUsage {
        RecordUsage(
            key: RequestKey(key), workspace: workspace,
            events: members.map { UsageEvent(EventKind(rawValue: "conversation.opened"), at: today, member: $0) }, consent: consent)
    }

    private func technical(_ key: String, _ kind: TechnicalEvent.Kind, _ address: String, purpose: String = "maintainSecurity")
        -> RecordTechnical
    {
        RecordTechnical(
            key: RequestKey(key), purpose: purpose,
            events: [TechnicalEvent(kind, at: today, address: address, browser: "Firefox 146", device: "phone")])
    }

    // MARK: Usage

    @Test func aBatchIsRecordedOnceAndSummedWithoutAnybody() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()

        #expect(try fixture.ok(usage(workspace)).recorded == 3)
        #expect(try fixture.ok(usage(workspace)).recorded == 0)
        fixture.time.advance(milliseconds: 7 * 86_400_000)
        #expect(try fixture.ok(usage(workspace)).recorded == 0)
        _ = try fixture.ok(usage(workspace, key: "usage-2", of: [nil]))

        let counts = try fixture.ok(SummarizeEvents(workspace: workspace, from: today, to: today)).counts
        #expect(counts == [EventCount(day: today, category: .usage, kind: EventKind(rawValue: "conversation.opened"), count: 4)])
        #expect(try fixture.count("usage_events") == 4)
    }

    @Test func twoWorkspacesMayChooseTheSameKey() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")

        #expect(try fixture.ok(usage(workspace)).recorded == 3)
        #expect(try fixture.ok(usage(other)).recorded == 3)
        #expect(try fixture.ok(usage(other)).recorded == 0)
    }

    @Test func aSummaryIsOfItsDaysAndItsWorkspace() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        _ = try fixture.ok(usage(workspace, key: "1"))
        _ = try fixture.ok(usage(other, key: "2", of: [nil]))
        _ = try fixture.ok(technical("3", .pageView, "192.0.2.1"))
        let tomorrow = today.adding(milliseconds: 86_400_000)

        #expect(try fixture.ok(SummarizeEvents(workspace: other, from: today, to: tomorrow)).counts.map(\.count) == [1])
        #expect(try fixture.ok(SummarizeEvents(from: today, to: today)).counts.map(\.count) == [1, 4])
        #expect(try fixture.ok(SummarizeEvents(from: tomorrow, to: tomorrow)).counts.isEmpty)
        #expect(refusal(fixture.call(usage(WorkspaceID(rawValue: "ws_unknown"), key: "4"))) == .unknownWorkspace)
    }

    @Test func usageThatRestsOnAConsentGoesWithIt() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let person = ConsentingPerson(member: EventTests.mara)
        let consent = try fixture.ok(RecordConsent.sample(workspace: workspace, person: person, purpose: "improveProduct")).consent
        let maras = usage(workspace, key: "1", of: [EventTests.mara, EventTests.mara], consent: consent)

        #expect(try fixture.ok(maras).recorded == 2)
        for (key, members) in [("2", [EventTests.noah]), ("3", [EventTests.mara, EventTests.noah]), ("4", [nil])] {
            #expect(refusal(fixture.call(usage(workspace, key: key, of: members, consent: consent))) == .unknownConsent)
        }
        _ = try fixture.ok(usage(workspace, key: "5"))

        _ = try fixture.ok(WithdrawConsent(workspace: workspace, consent: consent))
        #expect(refusal(fixture.call(usage(workspace, key: "6", of: [EventTests.mara], consent: consent))) == .consentWithdrawn)
        try fixture.expire()

        // Control: what rests on the contract stays.
        #expect(try fixture.count("usage_events") == 3)
    }

    @Test func whatWasCountedOnAConsentCountsNoMoreWithoutIt() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let person = ConsentingPerson(member: EventTests.mara)
        func consent(_ key: String) throws -> ConsentID {
            let request = RecordConsent.sample(key: key, workspace: workspace, person: person, purpose: "improveProduct")
            return try fixture.ok(request).consent
        }
        func counts() throws -> [Int64] {
            try fixture.expire()
            return try fixture.ok(SummarizeEvents(workspace: workspace, from: today, to: today)).counts.map(\.count)
        }
        let (first, second) = (try consent("first"), try consent("second"))
        _ = try fixture.ok(usage(workspace, key: "1", of: [EventTests.mara, EventTests.mara], consent: first))
        _ = try fixture.ok(usage(workspace, key: "2", of: [EventTests.mara], consent: second))
        _ = try fixture.ok(usage(workspace, key: "3", of: [EventTests.noah, nil]))
        #expect(try counts() == [5])

        _ = try fixture.ok(WithdrawConsent(workspace: workspace, consent: first))
        #expect(try counts() == [3])
        // Control: an expiry takes nothing twice, and what rests on another consent or on the contract is counted on.
        #expect(try counts() == [3])
        _ = try fixture.ok(WithdrawConsent(workspace: workspace, consent: second))
        #expect(try counts() == [2])
    }

    // MARK: Technical

    @Test(arguments: [
        ("192.0.2.77", TechnicalEvent.Kind.pageView, "maintainSecurity", "192.0.2.0"),
        ("2001:db8:1:2:3::4", .error, "maintainSecurity", "2001:db8:1::"),
        ("192.0.2.77", .signInFailed, "improveProduct", "192.0.2.0"),
        ("192.0.2.77", .signInFailed, "maintainSecurity", "192.0.2.77"),
        ("2001:DB8:1:2:3::4", .tokenRefused, "maintainSecurity", "2001:db8:1:2:3::4")
    ])
    func anAddressIsKeptWholeOnlyWhereSecurityNeedsIt(typed: String, kind: TechnicalEvent.Kind, purpose: String, kept: String) throws {
        let fixture = try IntakeFixture()

        #expect(try fixture.ok(technical("1", kind, typed, purpose: purpose)).recorded == 1)

        #expect(try fixture.addresses() == [kept])
        if kept != typed.lowercased() { #expect(try fixture.occurrences(of: typed.lowercased()) == 0) }
        #expect(try fixture.occurrences(of: kept) > 0)
    }

    @Test func technicalDataServesNothingElse() throws {
        let fixture = try IntakeFixture()

        #expect(refusal(fixture.call(technical("1", .error, "192.0.2.1", purpose: "curiosity"))) == .unknownPurpose)
        for purpose in ["advertising", "processPayment", "respondToRequest"] {
            #expect(fault(fixture.call(technical("1", .error, "192.0.2.1", purpose: purpose)))?.code == .purposeForbidden)
        }
        #expect(
            try fixture.denials(of: "technical.record") == ["purposeNever operator 3"],
            "whether the gate or the handler sees it, it is on record")
        #expect(fault(fixture.call(technical("1", .error, "192.0.2.999")))?.code == .malformed)
        #expect(try fixture.addresses().isEmpty)
        // Control.
        #expect(try fixture.ok(technical("1", .error, "192.0.2.1")).recorded == 1)
    }

    // MARK: Out

    @Test func eachCategoryIsKeptForItsTime() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.ok(technical("1", .error, "192.0.2.1"))
        _ = try fixture.ok(technical("2", .signIn, "192.0.2.2"))
        _ = try fixture.ok(usage(try fixture.openWorkspace(), key: "3", of: [EventTests.mara]))
        let tables = ["technical_events", "security_events", "usage_events"]
        var passed: Int64 = 0

        for (days, left) in [(90, [0, 1, 1]), (365, [0, 0, 1]), (395, [0, 0, 0])] as [(Int64, [Int64])] {
            let before = try tables.map { try fixture.count($0) }
            fixture.time.advance(milliseconds: days * 86_400_000 - passed - 1)
            try fixture.expire()
            #expect(try tables.map { try fixture.count($0) } == before)
            fixture.time.advance(milliseconds: 1)
            try fixture.expire()
            passed = fixture.time.now.rawValue - today.rawValue
            #expect(try tables.map { try fixture.count($0) } == left)
        }
        for text in ["192.0.2.", "Firefox", EventTests.mara.rawValue] { #expect(try fixture.occurrences(of: text) == 0) }
    }

    @Test func anErasureTakesAMembersEventsAndNobodyElses() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        _ = try fixture.ok(usage(workspace, key: "1"))
        _ = try fixture.ok(usage(other, key: "2", of: [EventTests.mara]))
        let events = [EventTests.mara, EventTests.noah].map {
            TechnicalEvent(.signIn, at: today, address: "192.0.2.7", browser: "of \($0.rawValue)", member: $0)
        }
        _ = try fixture.ok(
            RecordTechnical(key: RequestKey("3"), workspace: workspace, purpose: "maintainSecurity", events: events))
        #expect(try fixture.occurrences(of: "of member-mara") > 0)
        let subject = Subject(workspace: workspace, members: [EventTests.mara])

        let collected = try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator)
        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: collected.subject), as: .deletionCoordinator)
        let proof = try fixture.ok(ProveErasure(subject: collected.subject, scan: false), as: .deletionCoordinator)

        #expect(collected.rows.filter { $0.value > 0 } == ["usage_events": 1, "security_events": 1])
        #expect(receipt.rows.filter { $0.value > 0 } == ["usage_events": 1, "security_events": 1])
        #expect(proof.rows.values.allSatisfy { $0 == 0 })
        #expect(try fixture.occurrences(of: "of member-mara") == 0)
        // Controls: others' rows, the other workspace's, and the numbers.
        #expect(try fixture.occurrences(of: "of member-noah") > 0)
        #expect(try fixture.count("usage_events") == 3)
        #expect(try fixture.ok(SummarizeEvents(workspace: workspace, from: today, to: today)).counts.map(\.count) == [2, 3])
    }

    @Test func eventsOfAnErasedMemberStayOut() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        let tombstone = digester.tombstone(.member(workspace, EventTests.mara), cutoff: today)
        _ = try fixture.ok(PlaceTombstones(deletion: DeletionID(rawValue: 1), tombstones: [tombstone]), as: .deletionCoordinator)

        #expect(try fixture.ok(usage(workspace)) == RecordedEvents(recorded: 2, keptOut: 1))
    }
}

extension IntakeFixture {
    func addresses() throws -> [String] {
        try database.read { connection in
            var found: [String] = []
            try connection.each("SELECT address FROM technical_events UNION ALL SELECT address FROM security_events") {
                found.append($0.text(0))
            }
            return found
        }
    }
}
