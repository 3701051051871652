import Domain
import HTTP
import IntakeContracts
import Net
import Testing
import Wire

@testable import IntakeService

struct FormDoorTests {
    private static let good =
        "name=Mara+Lind&email=mara%40lamps.example&message=Is+there+a+trial%3F&policyVersion=2026-06-19&agreementVersion=2026-01&website="

    @Test(arguments: FormPage.kinds)
    func aPageAsksForConsentOnlyWhereItIsTheBasisAndRunsNoScript(kind: Form.Kind) throws {
        let fixture = try IntakeFixture()
        let response = fixture.answer(try HTTPRequest(.get, "/\(kind.rawValue)"))
        let page = String(decoding: response.body, as: UTF8.self)

        #expect(response.status == .ok)
        #expect(response.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(response.headers["set-cookie"] == nil)
        #expect(!page.contains("<script") && !page.contains(" style=") && !page.contains(" checked"))
        #expect(page.contains("name=\"news\"") == (kind != .support))
        #expect(
            page.contains("Version 2026-06-19") && page.contains("href=\"/personal-data-policy\"")
                && page.contains("href=\"/data-deletion\""))
        for field in CheckedForm.Field.allCases { #expect(page.contains("<label for=\"\(field.rawValue)\">")) }
        #expect(fixture.answer(try HTTPRequest(.get, FormPage.stylePath)).status == .ok)
    }

    @Test func aFormIsTakenOnceAndThanked() throws {
        let fixture = try IntakeFixture()
        let body = FormDoorTests.good + "&key=0011"

        let first = try fixture.send(body)
        let again = try fixture.send(body)

        #expect(first.status == .seeOther)
        let location = try #require(first.headers["location"])
        #expect(again.headers["location"] == location)
        let form = try #require(try fixture.ok(ListForms()).forms.first)
        #expect(location == "/contact/thanks/\(form.id.rawValue)")
        let thanks = fixture.answer(try HTTPRequest(.get, location))
        #expect(String(decoding: thanks.body, as: UTF8.self).contains("<strong>\(form.id.rawValue)</strong>"))
        let read = try fixture.ok(ReadForm(form: form.id))
        #expect(read.entry == FormEntry(name: "Mara Lind", email: "mara@lamps.example", message: "Is there a trial?"))
        #expect(read.form.basis == .legitimateInterest)
        #expect(read.form.policyVersion == "2026-06-19" && read.form.agreementVersion == "2026-01")
        // Control: the same page, changed and sent again, is another form.
        #expect(try fixture.send(body.replacing("trial", with: "discount")).headers["location"] != location)
        #expect(try fixture.count("forms") == 2)
    }

    @Test func aTickIsAConsentThatOnlyTheNewsRestOn() throws {
        let fixture = try IntakeFixture()

        let response = try fixture.send(FormDoorTests.good + "&phone=%2B15550100017&news=yes", to: .demo)
        #expect(response.status == .unprocessableContent)  // A demo needs a company.
        #expect(try fixture.count("consents") == 0)
        #expect(try fixture.send(FormDoorTests.good + "&phone=%2B15550100017&company=Lamps&news=yes", to: .demo).status == .seeOther)

        let forms = try fixture.ok(ListForms()).forms
        #expect(forms.map(\.kind) == [.demo, .news])
        #expect(forms.map(\.basis) == [.contract, .consent])
        #expect(try fixture.ok(ReadForm(form: forms[1].id)).entry == FormEntry(name: "Mara Lind", email: "mara@lamps.example"))

        _ = try fixture.ok(WithdrawConsent(person: ConsentingPerson(email: "mara@lamps.example")))

        #expect(refusal(fixture.call(ReadForm(form: forms[1].id))) == .consentWithdrawn)
        #expect(try fixture.ok(ReadForm(form: forms[0].id)).entry.phone == "+15550100017")
        // Control: without the tick, and where no tick is offered, there is no consent.
        _ = try fixture.send(FormDoorTests.good)
        _ = try fixture.send(FormDoorTests.good + "&news=yes", to: .support)
        #expect(try fixture.count("consents") == 1)
    }

    @Test func whatIsWrongStandsBesideItsFieldAndWhatWasTypedStays() throws {
        let fixture = try IntakeFixture()
        let typed =
            "name=+&email=mara%40lamps&company=%3Cb%3E%22Lamps%22%26&message=%0A%3C%2Ftextarea%3E%3Cscript%3E&news=yes&policyVersion=2026-06-19&agreementVersion=2026-01"

        let response = try fixture.send(typed)
        let page = String(decoding: response.body, as: UTF8.self)

        #expect(response.status == .unprocessableContent)
        #expect(page.contains("<a href=\"#name\">Please tell us your name.</a>"))
        #expect(page.contains("id=\"email-problem\">Please check the address"))
        #expect(page.contains("aria-invalid=\"true\" aria-describedby=\"email-problem\" value=\"mara@lamps\""))
        #expect(page.contains("value=\"&lt;b&gt;&quot;Lamps&quot;&amp;\""))
        #expect(page.contains(">\n\n&lt;/textarea&gt;&lt;script&gt;</textarea>"))
        #expect(page.contains("value=\"yes\" checked"))
        #expect(page.contains("<title>Error: "))
        #expect(try fixture.count("forms") == 0)
    }

    @Test func aPolicyThatIsNoLongerTheOneShownIsAskedAbout() throws {
        let fixture = try IntakeFixture()

        let old = try fixture.send(FormDoorTests.good.replacing("2026-06-19", with: "2025-01-01"))

        #expect(old.status == .unprocessableContent)
        #expect(
            String(decoding: old.body, as: UTF8.self).contains("<a href=\"#policyVersion\">Version 2026-06-19 of our policy applies now"))
        #expect(try fixture.count("forms") == 0)
    }

    @Test func termsThatAreNoLongerTheOnesShownAreAskedAbout() throws {
        let fixture = try IntakeFixture(variables: ["MESH_INTAKE_AGREEMENT_VERSION": "2026-02"])

        let old = try fixture.send(FormDoorTests.good)
        let page = String(decoding: fixture.answer(try HTTPRequest(.get, "/contact")).body, as: UTF8.self)

        #expect(old.status == .unprocessableContent)
        #expect(
            String(decoding: old.body, as: UTF8.self).contains("<a href=\"#agreementVersion\">Version 2026-02 of our terms of use applies"))
        #expect(page.contains("name=\"agreementVersion\" value=\"2026-02\"") && page.contains("href=\"/terms-of-use\""))
        #expect(try fixture.count("forms") == 0)
        // Control: what the page names now is taken, and kept.
        #expect(try fixture.send(FormDoorTests.good.replacing("2026-01", with: "2026-02")).status == .seeOther)
        #expect(try fixture.ok(ListForms()).forms.map(\.agreementVersion) == ["2026-02"])
    }

    @Test(arguments: [("ES", "ES"), ("international", "international"), ("", "DE")])
    func aBrowsersMarketIsKeptAndElseThePages(sent: String, kept: String) throws {
        let fixture = try IntakeFixture(variables: ["MESH_INTAKE_MARKET": "DE"])

        #expect(try fixture.send(FormDoorTests.good + "&market=\(sent)").status == .seeOther)
        #expect(try fixture.send(FormDoorTests.good + "&market=spain").status == .unprocessableContent)

        #expect(try fixture.ok(ListForms()).forms.map(\.market.word) == [kept])
    }

    @Test func whoFillsInTheTrapIsNotTakenIn() throws {
        let fixture = try IntakeFixture()

        #expect(try fixture.send(FormDoorTests.good + "http%3A%2F%2Fspam.example").status == .unprocessableContent)

        #expect(try fixture.count("forms") == 0)
        #expect(fixture.metric("forms.trapped") == 1)
    }

    @Test func programsSendJSONAndGetIt() throws {
        let fixture = try IntakeFixture()
        let body =
            #"{"name":"Mara Lind","email":"mara@lamps.example","message":"Hi","policyVersion":"2026-06-19","#
            + #""agreementVersion":"2026-01","market":"ES","news":true}"#

        let taken = try fixture.send(body, type: "application/json")
        let wrong = try fixture.send(
            #"{"name":7,"message":"Hi","policyVersion":"2026-06-19","agreementVersion":"2026-01","market":"spain"}"#,
            type: "application/json; charset=utf-8")

        #expect(taken.status == .created)
        #expect(String(decoding: taken.body, as: UTF8.self) == #"{"reference":1}"#)
        #expect(try fixture.ok(ListForms()).forms.map(\.market.word) == ["ES", "ES"])
        #expect(wrong.status == .unprocessableContent)
        #expect(wrong.headers["content-type"] == "application/json")
        let errors = try JSONView(checking: wrong.body)["errors"]?.elements ?? []
        #expect(errors.map { $0["field"]?.string } == ["email", "name", "market"])
        #expect(errors.allSatisfy { $0["message"]?.string?.isEmpty == false })
    }

    @Test(arguments: [
        ("application/json", "{", HTTPStatus.badRequest), ("application/json", "[]", .unprocessableContent),
        ("application/x-www-form-urlencoded", "name=%zz", .badRequest), ("text/plain", "hello", .unsupportedMediaType),
        ("multipart/form-data; boundary=x", "--x--", .unsupportedMediaType)
    ])
    func whatIsNoFormIsTurnedAway(type: String, body: String, status: HTTPStatus) throws {
        let fixture = try IntakeFixture()

        #expect(try fixture.send(body, type: type).status == status)
        #expect(try fixture.count("forms") == 0)
    }

    @Test func aFormThatIsTooLargeIsTurnedAway() throws {
        let fixture = try IntakeFixture()
        let filler = String(repeating: "a", count: FormSubmission.bodyBytesMax - FormDoorTests.good.utf8.count - 6)

        #expect(try fixture.send(FormDoorTests.good + "&more=" + filler + "a").status == .contentTooLarge)
        // Control: as large as may be.
        #expect(try fixture.send(FormDoorTests.good + "&more=" + filler).status == .seeOther)
    }

    @Test func aNetworkSendsAFewFormsAtOnceAndThenOneInAWhile() throws {
        let fixture = try IntakeFixture()
        func send(_ number: Int, from peer: String, header: String? = nil) throws -> HTTPResponse {
            try fixture.send(FormDoorTests.good + "&key=\(number)", from: peer, header: header)
        }
        for number in 0..<5 { #expect(try send(number, from: "2001:db8:0:1::\(number)").status == .seeOther) }

        let limited = try send(5, from: "2001:db8:0:1:ffff::1")
        #expect(limited.status == .tooManyRequests)
        #expect(limited.headers["retry-after"] == "120")
        #expect(try fixture.count("forms") == 5)
        // Nobody but our own proxy may say that it is somebody else.
        #expect(try send(5, from: "2001:db8:0:1::1", header: "198.51.100.7").status == .tooManyRequests)

        // Controls: another network; the proxy's client; the same network later. A form that is refused costs nothing.
        #expect(try send(6, from: "2001:db8:0:2::1").status == .seeOther)
        for number in 10..<15 { #expect(try send(number, from: "127.0.0.1", header: "198.51.100.7").status == .seeOther) }
        #expect(try send(15, from: "127.0.0.1", header: "198.51.100.7").status == .tooManyRequests)
        #expect(try send(15, from: "127.0.0.1", header: "198.51.100.8").status == .seeOther)
        fixture.time.advance(milliseconds: SenderPace.intervalMilliseconds)
        for _ in 0..<3 { _ = try fixture.send("name=&policyVersion=2026-06-19&agreementVersion=2026-01", from: "2001:db8:0:1::1") }
        #expect(try send(5, from: "2001:db8:0:1::1").status == .seeOther)
        #expect(try send(7, from: "2001:db8:0:1::1").status == .tooManyRequests)
    }

    @Test func aFullDiskTakesNoFormAndSaysSo() throws {
        let fixture = try IntakeFixture()
        fixture.freeBytes.add(0)
        fixture.time.advance(milliseconds: DiskReserve.checkMilliseconds)

        let answer = try fixture.send(FormDoorTests.good)

        #expect(answer.status == .serviceUnavailable)
        #expect(answer.headers["retry-after"] == "5")
        #expect(try fixture.count("forms") == 0)
    }
}

extension IntakeFixture {
    /// Posts to the page of a kind, from an address of its own unless one is given.
    func send(
        _ body: String, to kind: Form.Kind = .contact, type: String = "application/x-www-form-urlencoded", from peer: String = "192.0.2.1",
        header: String? = nil
    ) throws -> HTTPResponse {
        var headers = HTTPHeaders()
        headers.append("Content-Type", type)
        if let header { headers.append("X-Real-IP", header) }
        let request = try HTTPRequest(
            .post, "/\(kind.rawValue)", headers: headers, body: Array(body.utf8), peer: IPAddress(peer))
        return answer(request)
    }
}
