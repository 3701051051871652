import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

struct FormErasureTests {
    private func subject(email: String) throws -> Subject {
        Subject(workspace: .nobodys, contacts: [try #require(Contact(email: email))])
    }

    @Test func anErasureByAddressTakesThePersonsFormsInAnySpellingAndNobodyElses() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.ok(SubmitForm.sample(key: "1", email: "Mara@LAMPS.example", message: "maras first word"))
        _ = try fixture.ok(SubmitForm.sample(key: "2", kind: .support, email: "mara@lamps.example", message: "maras second word"))
        let noahs = try fixture.ok(SubmitForm.sample(key: "3", email: "noah@lamps.example", phone: nil, message: "noahs word")).form
        // Controls of the search itself: before the erasure it finds what it is to miss afterwards.
        for text in ["maras first word", "Mara@lamps.example", "15550100017"] { #expect(try fixture.occurrences(of: text) > 0) }

        let collected = try fixture.ok(CollectSubject(subject: try subject(email: "mara@lamps.example")), as: .deletionCoordinator)
        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: collected.subject), as: .deletionCoordinator)
        let proof = try fixture.ok(ProveErasure(subject: collected.subject, scan: false), as: .deletionCoordinator)

        // The scan looks for each spelling that stood in a row.
        #expect(collected.subject.contacts.map(\.value) == ["Mara@lamps.example", "mara@lamps.example"])
        #expect(collected.rows["forms"] == 2)
        #expect(receipt.rows["forms"] == 2)
        #expect(proof.rows.values.allSatisfy { $0 == 0 })
        for text in ["maras first word", "maras second word", "Mara@lamps.example", "mara@lamps.example", "15550100017"] {
            #expect(try fixture.occurrences(of: text) == 0)
        }
        #expect(try fixture.ok(ReadForm(form: noahs)).entry.message == "noahs word")
    }

    @Test func aFormThatAHoldKeepsIsOutOfUseDoesNotExpireAndGoesAfterAll() throws {
        let fixture = try IntakeFixture()
        let form = try fixture.ok(SubmitForm.sample(key: "1", email: "mara@lamps.example", message: "maras word")).form
        let other = try fixture.ok(SubmitForm.sample(key: "2", email: "noah@lamps.example", message: "noahs word")).form
        let subject = try subject(email: "mara@lamps.example")
        let held = try fixture.ok(
            EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject, isHeld: true), as: .deletionCoordinator)

        #expect(held.rows["forms"] == 1)
        #expect(refusal(fixture.call(ReadForm(form: form))) == .unknownForm)
        #expect(try fixture.ok(ListForms()).forms.map(\.id) == [other])
        fixture.time.advance(milliseconds: Retention.support.length.milliseconds * 2)
        try fixture.expire()
        #expect(try fixture.occurrences(of: "maras word") > 0 && fixture.occurrences(of: "noahs word") == 0)

        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
        #expect(try fixture.occurrences(of: "maras word") == 0)
    }

    @Test func aMemberWhoIsErasedIsOneNoLongerBeItTheLastOwner() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let owner = try fixture.ok(AddMember(key: RequestKey("o"), workspace: workspace, role: "owner")).member
        let subject = Subject(workspace: workspace, members: [owner])
        #expect(try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["members"] == 1)
        let known = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore).next

        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
        #expect(receipt.rows["members"] == 1)
        let facts = try fixture.ok(ReadAccessFeed(after: known, waitMilliseconds: 0), as: .conversationStore).facts
        #expect(facts.map(\.kind) == [.memberRemoved] && facts.map(\.member?.member) == [owner])
        #expect(try fixture.ok(ProveErasure(subject: subject, scan: false), as: .deletionCoordinator).rows.values.allSatisfy { $0 == 0 })
    }

    @Test func aPhoneFindsItsFormsAndIsNoEvidenceForTheAddressBesideIt() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.ok(SubmitForm.sample(key: "1", email: "mara@lamps.example"))
        let other = try fixture.ok(SubmitForm.sample(key: "2", email: "mara@lamps.example", phone: nil)).form
        let phone = Subject(workspace: .nobodys, contacts: [try #require(Contact(phone: "+1 555 0100017"))])

        let collected = try fixture.ok(CollectSubject(subject: phone), as: .deletionCoordinator)
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: collected.subject), as: .deletionCoordinator)

        #expect(collected.subject.contacts == phone.contacts)
        #expect(try fixture.count("forms") == 1)
        #expect(try fixture.ok(ReadForm(form: other)).form.id == other)
    }

    @Test func whatWasSentBeforeTheErasureStaysOutAndWhatIsSentLaterComesIn() throws {
        let fixture = try IntakeFixture()
        let cutoff = fixture.time.now
        let digester = ErasureDigester(peppers: try fixture.process.keys.peppers())
        let tombstone = digester.tombstone(.contact(try #require(Contact(email: "mara@lamps.example"))), cutoff: cutoff)
        _ = try fixture.ok(PlaceTombstones(deletion: DeletionID(rawValue: 1), tombstones: [tombstone]), as: .deletionCoordinator)

        #expect(refusal(fixture.call(SubmitForm.sample(submittedAt: cutoff))) == .senderErased)
        #expect(try fixture.count("forms") == 0)

        // Controls: somebody else, and the same person afterwards.
        _ = try fixture.ok(SubmitForm.sample(key: "2", email: "noah@lamps.example", submittedAt: cutoff))
        fixture.time.advance(milliseconds: 1)
        _ = try fixture.ok(SubmitForm.sample(key: "3", submittedAt: fixture.time.now))
    }

    @Test func formsSentAfterTheCutOffAreNotErased() throws {
        let fixture = try IntakeFixture()
        var subject = try subject(email: "mara@lamps.example")
        subject.cutoff = fixture.time.now
        _ = try fixture.ok(SubmitForm.sample(key: "1"))
        fixture.time.advance(milliseconds: 1)
        let later = try fixture.ok(SubmitForm.sample(key: "2", submittedAt: fixture.time.now)).form

        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(try fixture.ok(ListForms()).forms.map(\.id) == [later])
    }

    @Test func anErasureWithdrawsTheConsentsThatFormsRestedOn() throws {
        let fixture = try IntakeFixture()
        let consent = try fixture.ok(RecordConsent.sample()).consent
        _ = try fixture.ok(SubmitForm.sample(kind: .news, consent: consent))

        let subject = try subject(email: "mara@lamps.example")
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(try fixture.count("forms") == 0)
        #expect(try fixture.count("consents") == 1)
        #expect(try fixture.liveConsents() == 0)
        #expect(refusal(fixture.call(SubmitForm.sample(key: "2", kind: .news, consent: consent))) == .consentWithdrawn)
    }
}
