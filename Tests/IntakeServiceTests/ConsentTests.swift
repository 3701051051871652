import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Testing
import Wire

@testable import IntakeService

struct ConsentTests {
    private static let mara = "Mara@Lamps.example"

    @Test func aConsentIsRecordedOnceWithoutItsPersonsName() throws {
        let fixture = try IntakeFixture()

        let first = try fixture.ok(RecordConsent.sample()).consent
        let again = try fixture.ok(RecordConsent.sample()).consent

        #expect(first == again)
        #expect(try fixture.count("consents") == 1)
        #expect(try fixture.occurrences(of: "lamps.example") == 0)
        #expect(try fixture.occurrences(of: "Mara") == 0)
        // Control: the search finds what is kept.
        #expect(try fixture.occurrences(of: "news-2026-06") > 0)
        #expect(refusal(fixture.call(RecordConsent.sample(textVersion: "news-2026-07"))) == .keyReused)
        #expect(try fixture.ok(RecordConsent.sample(key: "consent-2")).consent != first)
    }

    @Test(arguments: ["sale", "sharing", "advertising", "profiling"])
    func nobodyCanAgreeToWhatIsNeverDone(purpose: String) throws {
        let fixture = try IntakeFixture()

        #expect(fault(fixture.call(RecordConsent.sample(purpose: purpose)))?.code == .purposeForbidden)
        #expect(fault(fixture.call(WithdrawConsent(person: ConsentingPerson(email: ConsentTests.mara), purpose: purpose))) != nil)

        #expect(try fixture.count("consents") == 0)
        #expect(fixture.metric("access.denied") == 2)
        try fixture.settle()
        let denials = try fixture.database.read { connection in
            try connection.first("SELECT sum(count) FROM denials WHERE reason = 'purposeNever'") { $0.int(0) }
        }
        #expect(denials == 2)
    }

    @Test func aPurposeThatThePolicyDoesNotKnowIsRefused() throws {
        let fixture = try IntakeFixture()

        #expect(refusal(fixture.call(RecordConsent.sample(purpose: "curiosity"))) == .unknownPurpose)
        #expect(try fixture.count("consents") == 0)
    }

    @Test func aPersonWithdrawsByNameInAnySpelling() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.ok(RecordConsent.sample(key: "1"))
        _ = try fixture.ok(RecordConsent.sample(key: "2", purpose: "improveProduct"))
        _ = try fixture.ok(RecordConsent.sample(key: "3", person: ConsentingPerson(email: "noah@lamps.example")))
        let mara = ConsentingPerson(email: "mara@LAMPS.example")

        #expect(try fixture.ok(WithdrawConsent(person: mara, purpose: "improveProduct")).withdrawn == 1)
        #expect(try fixture.ok(WithdrawConsent(person: mara)).withdrawn == 1)
        #expect(try fixture.ok(WithdrawConsent(person: mara)).withdrawn == 0)

        #expect(try fixture.liveConsents() == 1)
        let nobody = ConsentingPerson(email: "nobody@lamps.example")
        #expect(refusal(fixture.call(WithdrawConsent(person: nobody))) == .unknownConsent)
    }

    @Test func aConsentOfAWorkspaceIsUnknownToAnother() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let jonas = ConsentingPerson(channel: channel, participant: Alias(.whatsapp, .phone, "+\(WhatsApp.jonas)"))
        let consent = try fixture.ok(RecordConsent.sample(workspace: workspace, person: jonas)).consent

        #expect(refusal(fixture.call(WithdrawConsent(workspace: other, consent: consent))) == .unknownConsent)
        #expect(refusal(fixture.call(WithdrawConsent(consent: consent))) == .unknownConsent)
        #expect(refusal(fixture.call(RecordConsent.sample(key: "2", workspace: other, person: jonas))) == .unknownChannel)
        #expect(try fixture.liveConsents() == 1)

        // Control: its own workspace withdraws it, by the name in another spelling.
        let same = ConsentingPerson(channel: channel, participant: Alias(.whatsapp, .phone, WhatsApp.jonas))
        #expect(try fixture.ok(WithdrawConsent(workspace: workspace, person: same)).withdrawn == 1)
    }

    @Test func aConsentNamesExactlyOnePerson() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace)
        var two = ConsentingPerson(email: ConsentTests.mara)
        two.member = MemberID(rawValue: "member-1")
        let wrong: [(WorkspaceID?, ConsentingPerson)] = [
            (nil, ConsentingPerson()), (nil, two), (nil, ConsentingPerson(email: "mara@lamps")), (nil, ConsentingPerson(email: "mara")),
            (workspace, ConsentingPerson(email: ConsentTests.mara)), (nil, ConsentingPerson(member: MemberID(rawValue: "member-1"))),
            (workspace, ConsentingPerson(channel: channel, participant: Alias(.instagram, .username, "mara.lights"))),
            (workspace, ConsentingPerson(channel: channel, participant: Alias(.instagram, .phone, WhatsApp.jonas)))
        ]

        for (workspace, person) in wrong {
            #expect(fault(fixture.call(RecordConsent.sample(workspace: workspace, person: person)))?.code == .malformed)
        }
        let other = ConsentingPerson(channel: channel, participant: Alias(.whatsapp, .phone, WhatsApp.jonas))
        #expect(refusal(fixture.call(RecordConsent.sample(workspace: workspace, person: other))) == .unknownChannel)
        let nowhere = WorkspaceID(rawValue: "ws_unknown")
        let member = ConsentingPerson(member: MemberID(rawValue: "member-1"))
        #expect(refusal(fixture.call(RecordConsent.sample(workspace: nowhere, person: member))) == .unknownWorkspace)
        #expect(try fixture.count("consents") == 0)

        // Control.
        _ = try fixture.ok(RecordConsent.sample(workspace: workspace, person: member))
    }

    @Test func anErasedPersonsConsentsAreWithdrawnAndStayAsProof() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let jonas = Alias(.whatsapp, .phone, WhatsApp.jonas)
        for (key, alias) in [("1", jonas), ("2", Alias(.whatsapp, .phone, "15550100099"))] {
            let person = ConsentingPerson(channel: channel, participant: alias)
            _ = try fixture.ok(RecordConsent.sample(key: key, workspace: workspace, person: person))
        }

        let subject = Subject(workspace: workspace, aliases: [jonas])
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(try fixture.count("consents") == 2)
        #expect(try fixture.liveConsents() == 1)
        #expect(try fixture.occurrences(of: WhatsApp.jonas) == 0)
    }

    /// Who was erased in between has not agreed to anything that may still rest on it.
    @Test func aConsentOfBeforeAnErasureIsProofAlone() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let jonas = ConsentingPerson(channel: channel, participant: Alias(.whatsapp, .phone, WhatsApp.jonas))
        let visitor = RecordConsent.sample(key: "1")
        let participant = RecordConsent.sample(key: "2", workspace: workspace, person: jonas)
        let digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        let names: [ErasedName] = [
            .contact(try #require(Contact(email: "mara@lamps.example"))),
            .person(workspace, IntakeFixture.whatsapp, Alias(.whatsapp, .phone, WhatsApp.jonas))
        ]
        let tombstones = names.map { digester.tombstone($0, cutoff: visitor.givenAt) }
        _ = try fixture.ok(PlaceTombstones(deletion: DeletionID(rawValue: 1), tombstones: tombstones), as: .deletionCoordinator)

        _ = try fixture.ok(visitor)
        _ = try fixture.ok(participant)

        #expect(try fixture.count("consents") == 2)
        #expect(try fixture.liveConsents() == 0)
        // Controls: what they agree to afterwards stands, and so does what somebody else agreed to.
        fixture.time.advance(milliseconds: 86_400_000)
        var later = RecordConsent.sample(key: "3")
        later.givenAt = visitor.givenAt.adding(milliseconds: 1)
        _ = try fixture.ok(later)
        _ = try fixture.ok(RecordConsent.sample(key: "4", person: ConsentingPerson(email: "noah@lamps.example")))
        #expect(try fixture.liveConsents() == 2)
    }

    /// On a full disk too: it lets nothing rest on the consent any more.
    @Test func aFullDiskHindersNoWithdrawal() throws {
        let fixture = try IntakeFixture()
        let consent = try fixture.ok(RecordConsent.sample()).consent
        // Known while there is room.
        let officer = try #require(fixture.member(.privacyOfficer, of: nil))
        let options = CallOptions(actor: try fixture.ok(IssueToken(workspace: nil, member: officer)).token)
        let transport = LocalTransport(fixture.process.router, as: .operator)
        fixture.freeBytes.add(0)
        fixture.time.advance(milliseconds: DiskReserve.checkMilliseconds)

        guard case .ok(let response) = transport.call(WithdrawConsent(consent: consent), options) else { throw IntakeFixture.Stopped() }

        #expect(try response.withdrawn == 1 && fixture.liveConsents() == 0)
        // Control: nothing new is taken.
        #expect(fault(transport.call(RecordConsent.sample(key: "2"), options))?.code == .overloaded)
    }

    @Test func theExpiryLooksAtNoConsentThatLives() throws {
        let fixture = try IntakeFixture()

        let plan = try fixture.database.read { connection in
            var steps: [String] = []
            try connection.each("EXPLAIN QUERY PLAN \(IntakeStore.consentExpiry)", .integer(0), .integer(0)) {
                steps.append($0.text(3))
            }
            return steps
        }

        #expect(plan.filter { $0.hasPrefix("SEARCH consents USING") }.count == 3)
        #expect(plan.filter { $0.hasPrefix("SCAN consents") }.isEmpty)
    }

    @Test func aProofIsKeptForThreeYearsAfterItsConsentEnded() throws {
        let fixture = try IntakeFixture()
        let consent = try fixture.ok(RecordConsent.sample(key: "1")).consent
        _ = try fixture.ok(RecordConsent.sample(key: "2"))
        _ = try fixture.ok(WithdrawConsent(consent: consent))

        fixture.time.advance(milliseconds: 1095 * 86_400_000 - 1)
        try fixture.expire()
        #expect(try fixture.count("consents") == 2)
        fixture.time.advance(milliseconds: 1)
        try fixture.expire()

        #expect(try fixture.count("consents") == 1)
        #expect(try fixture.liveConsents() == 1)
    }
}

extension IntakeFixture {
    func liveConsents() throws -> Int64 {
        try database.read { try $0.first("SELECT count(*) FROM consents WHERE withdrawn_at IS NULL") { $0.int(0) } } ?? -1
    }
}

extension RecordConsent {
    static func sample(
        key: String = "consent-1", workspace: WorkspaceID? = nil, person: ConsentingPerson = ConsentingPerson(email: "Mara@Lamps.example"),
        purpose: String = "respondToRequest", textVersion: String = "news-2026-06"
    ) -> RecordConsent {
        RecordConsent(
            key: RequestKey(key), workspace: workspace, person: person, purpose: purpose, textVersion: textVersion,
            policyVersion: "2026-06-19", market: .international, evidence: ConsentEvidence(.checkbox, reference: "form:1"),
            givenAt: Timestamp(rawValue: 1_767_225_600_000))
    }
}

/// The fault that a call ended with; nil for any other outcome.
func fault<R: Request>(_ outcome: Outcome<R>) -> Fault? {
    if case .fault(let fault) = outcome { fault } else { nil }
}
