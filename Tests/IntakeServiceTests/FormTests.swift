import Domain
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

struct FormTests {
    @Test func aFormIsKeptOnceAndReadAsItWasWritten() throws {
        let fixture = try IntakeFixture()

        let form = try fixture.ok(SubmitForm.sample()).form
        let again = try fixture.ok(SubmitForm.sample()).form
        let read = try fixture.ok(ReadForm(form: form))

        #expect(form == again)
        #expect(try fixture.count("forms") == 1)
        #expect(read.entry.name == "Mara Lind")
        #expect(read.entry.email == "Mara@lamps.example")
        #expect(read.entry.phone == "+15550100017")
        #expect(read.entry.message == "Hello,\nis there a trial?")
        #expect(read.form.policyVersion == "2026-06-19" && read.form.agreementVersion == "2026-01" && read.form.market == .international)
        #expect(refusal(fixture.call(SubmitForm.sample(message: "Something else"))) == .keyReused)
        try fixture.reopen()
        #expect(try fixture.ok(ReadForm(form: form)) == read)
    }

    @Test(arguments: [
        (Form.Kind.contact, Form.Basis.legitimateInterest, Int64(365)), (.demo, .contract, 365), (.support, .contract, 730)
    ])
    func aKindHasItsBasisAndItsTime(kind: Form.Kind, basis: Form.Basis, days: Int64) throws {
        let fixture = try IntakeFixture()

        let form = try fixture.ok(ReadForm(form: try fixture.ok(SubmitForm.sample(kind: kind)).form)).form

        #expect(form.basis == basis)
        #expect(form.expiresAt == fixture.time.now.adding(milliseconds: days * 86_400_000))
    }

    @Test(arguments: [
        ("name", FormEntry(name: "  ", email: "mara@lamps.example", message: "Hi")),
        ("name", FormEntry(name: "Mara\u{7}", email: "mara@lamps.example", message: "Hi")),
        ("email", FormEntry(name: "Mara", email: "mara@lamps", message: "Hi")),
        ("email", FormEntry(name: "Mara", email: "", message: "Hi")),
        ("phone", FormEntry(name: "Mara", email: "mara@lamps.example", phone: "0555 0100017", message: "Hi")),
        ("message", FormEntry(name: "Mara", email: "mara@lamps.example", message: "\n"))
    ])
    func aWrongFieldIsNamedAndNothingIsKept(field: String, entry: FormEntry) throws {
        let fixture = try IntakeFixture()
        var request = SubmitForm.sample()
        request.entry = entry

        let found = try #require(fault(fixture.call(request)))

        #expect(found.code == .malformed)
        #expect(found.message.hasPrefix("entry.\(field): "))
        #expect(try fixture.count("forms") == 0)
    }

    @Test func newsRestOnAConsentOfTheirSenderForTheirPurpose() throws {
        let fixture = try IntakeFixture()
        let consent = try fixture.ok(RecordConsent.sample(key: "1")).consent
        let others = try fixture.ok(RecordConsent.sample(key: "2", person: ConsentingPerson(email: "noah@lamps.example"))).consent
        let other = try fixture.ok(RecordConsent.sample(key: "3", purpose: "improveProduct")).consent

        #expect(refusal(fixture.call(SubmitForm.sample(kind: .news))) == .consentMissing)
        for wrong in [others, other, ConsentID(rawValue: 99)] {
            #expect(refusal(fixture.call(SubmitForm.sample(kind: .news, consent: wrong))) == .unknownConsent)
        }
        #expect(try fixture.count("forms") == 0)

        // Control: the right one, whose address is spelled otherwise.
        let form = try fixture.ok(ReadForm(form: try fixture.ok(SubmitForm.sample(kind: .news, consent: consent)).form)).form
        #expect(form.basis == .consent)
        #expect(form.consent == consent)
    }

    @Test func whatRestsOnAWithdrawnConsentIsRefusedAtOnceAndGoneWithinADay() throws {
        let fixture = try IntakeFixture()
        let consent = try fixture.ok(RecordConsent.sample()).consent
        let news = try fixture.ok(SubmitForm.sample(key: "1", kind: .news, consent: consent)).form
        let contact = try fixture.ok(SubmitForm.sample(key: "2", message: "another question")).form
        #expect(try fixture.ok(ReadForm(form: news)).form.state == .open)
        #expect(try fixture.occurrences(of: "is there a trial") > 0)

        _ = try fixture.ok(WithdrawConsent(consent: consent))

        // No time has passed.
        #expect(refusal(fixture.call(ReadForm(form: news))) == .consentWithdrawn)
        #expect(refusal(fixture.call(CloseForm(form: news))) == .consentWithdrawn)
        #expect(refusal(fixture.call(SubmitForm.sample(key: "3", kind: .news, consent: consent))) == .consentWithdrawn)
        #expect(try fixture.ok(ListForms()).forms.map(\.id) == [contact])
        #expect(try fixture.count("forms") == 2)

        try fixture.expire()

        #expect(try fixture.count("forms") == 1)
        #expect(try fixture.occurrences(of: "is there a trial") == 0)
        // Control: what rests on something else stays, and so does the proof.
        #expect(try fixture.ok(ReadForm(form: contact)).entry.message == "another question")
        #expect(try fixture.count("consents") == 1)
    }

    @Test func aFormIsClosedOnceAndStays() throws {
        let fixture = try IntakeFixture()
        let form = try fixture.ok(SubmitForm.sample(key: "1")).form
        let open = try fixture.ok(SubmitForm.sample(key: "2", kind: .support)).form

        let closedAt = try fixture.ok(CloseForm(form: form)).closedAt
        fixture.time.advance(milliseconds: 1000)

        #expect(try fixture.ok(CloseForm(form: form)).closedAt == closedAt)
        #expect(try fixture.ok(ReadForm(form: form)).form.state == .closed)
        #expect(try fixture.ok(ListForms(state: .open)).forms.map(\.id) == [open])
        #expect(try fixture.ok(ListForms(state: .closed)).forms.map(\.id) == [form])
        #expect(try fixture.ok(ListForms(kind: .support)).forms.map(\.id) == [open])
        #expect(try fixture.ok(ListForms(after: form)).forms.map(\.id) == [open])
        #expect(refusal(fixture.call(CloseForm(form: FormID(rawValue: 99)))) == .unknownForm)
    }

    @Test func formsGoWhenTheirTimeIsOverBytesAndAll() throws {
        let fixture = try IntakeFixture()
        let contact = try fixture.ok(SubmitForm.sample(key: "1", message: "a contact's words")).form
        let support = try fixture.ok(SubmitForm.sample(key: "2", kind: .support, message: "a customer's words")).form

        fixture.time.advance(milliseconds: 365 * 86_400_000 - 1)
        try fixture.expire()
        #expect(try fixture.count("forms") == 2)
        fixture.time.advance(milliseconds: 1)
        #expect(refusal(fixture.call(ReadForm(form: contact))) == .unknownForm)
        try fixture.expire()

        #expect(try fixture.count("forms") == 1)
        #expect(try fixture.occurrences(of: "a contact's words") == 0)
        #expect(try fixture.ok(ReadForm(form: support)).entry.message == "a customer's words")
    }
}

extension SubmitForm {
    static func sample(
        key: String = "form-1", kind: Form.Kind = .contact, email: String = "Mara@LAMPS.example", phone: String? = "+1 (555) 010-0017",
        message: String = "Hello,\r\nis there a trial?", consent: ConsentID? = nil,
        submittedAt: Timestamp = Timestamp(rawValue: 1_767_225_600_000)
    ) -> SubmitForm {
        SubmitForm(
            key: RequestKey(key), kind: kind,
            entry: FormEntry(name: " Mara Lind ", company: "Lamps (invented)", email: email, phone: phone, message: message),
            market: .international, policyVersion: "2026-06-19", agreementVersion: "2026-01", consent: consent, submittedAt: submittedAt)
    }
}
