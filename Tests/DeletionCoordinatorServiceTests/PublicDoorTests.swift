import DeletionCoordinatorContracts
import Domain
import Foundation
import HTTP
import HolderContracts
import IntakeContracts
import Policy
import Runtime
import Testing
import Wire

@testable import DeletionCoordinatorService

@Suite struct PublicDoorTests {
    static let person = Alias(.instagram, .igsid, "998877665544")

    private func page(_ mesh: Mesh, _ code: String) throws -> (HTTPResponse, String) {
        let response = try mesh.http(.get, "/data-deletion/status/\(code)")
        return (response, String(decoding: response.body, as: UTF8.self))
    }

    // MARK: The status page

    @Test func thePageTellsHowTheDeletionStands() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 1 }
        let answer = try mesh.schedule(PublicDoorTests.person)
        #expect(try page(mesh, answer.code).1.contains("<h1>Your deletion request is scheduled</h1>"))
        #expect(try page(mesh, answer.code).1.contains("2026-01-02 00:00 UTC"))

        mesh.handoff.with { $0.isDown = true }
        mesh.time.advance(milliseconds: 24 * 3_600_000)
        try mesh.wait { try mesh.read(answer.deletion).deletion.state == .erasing }
        #expect(try page(mesh, answer.code).1.contains("<h1>Your deletion request is being carried out</h1>"))

        mesh.handoff.with { $0.isDown = false }
        _ = try mesh.complete(answer.deletion)
        #expect(try page(mesh, answer.code).1.contains("every system has shown that nothing is left"))
        // A code typed from paper.
        #expect(try page(mesh, answer.code.uppercased()).0.status == .ok)
    }

    @Test func thePageHasNoScriptAndNamesNobody() throws {
        let mesh = try Mesh()
        let answer = try mesh.schedule(PublicDoorTests.person)
        let (response, text) = try page(mesh, answer.code)

        #expect(response.status == .ok)
        #expect(response.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
        #expect(response.headers["set-cookie"] == nil)
        #expect(!text.contains("<script") && !text.contains(PublicDoorTests.person.value) && !text.contains(Mesh.workspace.rawValue))
        #expect(text.contains("<html lang=\"en\">") && text.contains("width=device-width"))
        #expect(try mesh.http(.get, StatusPage.stylePath).headers["content-type"] == "text/css; charset=utf-8")
    }

    @Test func unknownExpiredAndMalformedCodesLookAlike() throws {
        let mesh = try Mesh()
        let answer = try mesh.request(PublicDoorTests.person).value()
        _ = try mesh.complete(answer.deletion)
        // The negative control: a day before its record expires the code still opens its page.
        try mesh.sleep(milliseconds: Retention.requestRecords.length.milliseconds - 86_400_000)
        #expect(try page(mesh, answer.code).0.status == .ok)
        try mesh.sleep(milliseconds: 86_400_001)

        let expired = try page(mesh, answer.code).0
        let unknown = try page(mesh, String(repeating: "a", count: 32)).0
        let malformed = try page(mesh, "%3Cscript%3E").0
        #expect(expired.status == .notFound)
        #expect(unknown == expired && malformed == expired)
    }

    @Test func everythingInAPageIsEscaped() {
        #expect(HTMLEscape.text("<b>&\"'") == "&lt;b&gt;&amp;&quot;&#39;")
        #expect(!StatusPage.unknown.contains("<script"))
    }

    @Test func aPersonOfWhomNothingWasFoundIsToldSo() throws {
        let mesh = try Mesh()
        let answer = try mesh.request(PublicDoorTests.person).value()
        #expect(try mesh.complete(answer.deletion).deletion.found == false)
        let text = try page(mesh, answer.code).1
        #expect(text.contains("We found no data under the name given") && !text.contains("was erased"))
    }

    @Test func healthIsTextForTheProxy() throws {
        let mesh = try Mesh()
        #expect(try mesh.http(.get, "/healthz").status == .ok)
    }

    // MARK: Meta's callback

    private func callback(
        _ mesh: Mesh, user: String = "218471", secret: [UInt8]? = nil, issued: Int? = 1, to path: String = "/meta/data-deletion"
    ) throws -> HTTPResponse {
        let time = issued.map { #""issued_at":\#($0),"# } ?? ""
        let payload = #"{"algorithm":"HMAC-SHA256",\#(time)"user_id":"\#(user)"}"#
        return try mesh.http(
            .post, path, form: "signed_request=" + SignedRequestTests.sign(payload, secret: secret ?? mesh.metaSecret))
    }

    private func code(_ response: HTTPResponse) throws -> String {
        try JSONView(checking: response.body)["confirmation_code"]?.string ?? ""
    }

    @Test func aCallbackThatNamesNobodyIsAnsweredTruthfully() throws {
        let mesh = try Mesh()
        let response = try callback(mesh)
        let code = try code(response)
        let deletion = try mesh.call(ListDeletions(limit: 1)).value().deletions[0]
        let read = try mesh.complete(deletion.id)

        #expect(response.status == .ok && code.count == 32)
        #expect(try JSONView(checking: response.body)["url"]?.string == "https://delete.example/data-deletion/status/\(code)")
        #expect(read.deletion.kind == .connection && read.deletion.found == false && read.deletion.workspace == nil)
        #expect(read.receipts.isEmpty && mesh.intake.with { $0.tombstones.isEmpty })
        let text = try page(mesh, code).1
        #expect(text.contains("We found no data under the id that came with this request"))
        #expect(!text.contains("was erased") && !text.contains("deleted"))
    }

    @Test func aCallbackOfWhoAuthorisedAConnectionIsErased() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.rows = 1 }
        let code = try code(try callback(mesh))
        let deletion = try mesh.call(ListDeletions(limit: 1)).value().deletions[0]
        let read = try mesh.complete(deletion.id)

        #expect(read.deletion.found == true && read.receipts.count == 4)
        #expect(mesh.intake.with { $0.erased.map(\.authorization) } == [Authorization(app: "meta", user: "218471")])
        #expect(mesh.intake.with { $0.tombstones.count } == 1)
        #expect(try page(mesh, code).1.contains("was erased"))
    }

    @Test func whoCannotProveToBeMetaIsOnRecord() throws {
        let mesh = try Mesh()
        #expect(try callback(mesh, secret: Array("wrong".utf8)).status == .badRequest)
        #expect(try mesh.coordinator.denials() == ["/meta/data-deletion signatureInvalid 1"])
        // A rotation needs no restart: the new secret counts once it is there.
        let isMade = FileManager.default.createFile(
            atPath: "\(mesh.folder)/keys/meta.app.2.secret", contents: Data("wrong".utf8), attributes: [.posixPermissions: 0o600])
        #expect(isMade)
        #expect(try callback(mesh, secret: Array("wrong".utf8)).status == .ok)
        #expect(try mesh.coordinator.denials() == ["/meta/data-deletion signatureInvalid 1"])
    }

    @Test func theSameCallbackAgainIsTheSameRequest() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.isDown = true }
        let first = try callback(mesh)
        #expect(try callback(mesh) == first)
        let deletions = try mesh.call(ListDeletions(limit: 10)).value().deletions
        try #require(deletions.count == 1)
        // Another callback of the same user may mean what came since the first has begun: it has a deletion of its own.
        try mesh.watch(deletions[0].id, reach: .erasing)
        let other = try callback(mesh, issued: 2)
        #expect(other.status == .ok && other != first)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.map(\.kind) == [.connection, .connection])
    }

    @Test func anyLiveSecretOfTheFacebookOrTheInstagramAppMaySign() throws {
        let mesh = try Mesh(secrets: ["meta.app.2.secret": "the new secret", "instagram.app.3.secret": "another new secret"])
        let live = [
            mesh.metaSecret, Array("the new secret".utf8), try mesh.keys.secret(named: KeyName.instagramAppSecret),
            Array("another new secret".utf8)
        ]

        for (user, secret) in live.enumerated() { #expect(try callback(mesh, user: "\(user)", secret: secret).status == .ok) }
        // The control: WhatsApp's secret lies in the same folder, and its app has no such callback.
        let others = try mesh.keys.secret(named: KeyName.whatsappAppSecret)
        #expect(try callback(mesh, secret: others).status == .badRequest)
        #expect(try callback(mesh, secret: Array("an old secret".utf8)).status == .badRequest)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.count == live.count)
    }

    @Test func aCallbackWithAWrongSignatureIsRefusedAndNothingIsStored() throws {
        let mesh = try Mesh()
        #expect(try callback(mesh, secret: Array("another".utf8)).status == .badRequest)
        #expect(try mesh.http(.post, "/meta/data-deletion", form: "").status == .badRequest)
        #expect(try mesh.http(.post, "/meta/data-deletion").status == .unsupportedMediaType)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.isEmpty)
        #expect(mesh.coordinator.process.metrics.snapshot()["meta.callbacksRefused"] == 3)
    }

    // MARK: Deauthorized

    @Test func aDeauthorizationEndsTheConnectionAtIntakeAndErasesNobody() throws {
        let mesh = try Mesh()
        let answer = try callback(mesh, issued: 1_767_225_000, to: "/meta/deauthorize")
        let nobodys = try callback(mesh, user: "nobody", to: "/meta/deauthorize")

        #expect(answer.status == .ok && String(decoding: answer.body, as: UTF8.self) == #"{"known":1,"ended":1}"#)
        #expect(nobodys.status == .ok && String(decoding: nobodys.body, as: UTF8.self) == #"{"known":0,"ended":0}"#)
        let asked = mesh.intake.with { $0.deauthorized }
        #expect(asked.first?.app == "meta" && asked.first?.user == "218471")
        #expect(asked.first?.at == Timestamp(rawValue: 1_767_225_000_999))
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.isEmpty)
        #expect(!mesh.events.text.contains("218471"))
    }

    @Test func aDeauthorizationThatIntakeDidNotTakeIsNotAcknowledged() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.isDown = true }
        let answer = try callback(mesh, to: "/meta/deauthorize")
        #expect(answer.status == .serviceUnavailable && answer.headers["retry-after"] != nil)

        mesh.intake.with { $0.isDown = false }
        #expect(try callback(mesh, to: "/meta/deauthorize").status == .ok)
    }

    @Test func onlyMetaDeauthorizes() throws {
        let mesh = try Mesh()
        #expect(try callback(mesh, secret: Array("wrong".utf8), to: "/meta/deauthorize").status == .badRequest)
        // Without its time nobody could tell a repeat from news.
        #expect(try callback(mesh, issued: nil, to: "/meta/deauthorize").status == .badRequest)
        #expect(try mesh.http(.post, "/meta/deauthorize", form: "").status == .badRequest)
        #expect(mesh.intake.with { $0.deauthorized.isEmpty })
        #expect(try mesh.coordinator.denials().first == "/meta/deauthorize signatureInvalid 1")
    }
}
