import Domain
import HolderContracts
import IntakeContracts
import Policy
import TestKit
import Testing
import Wire

extension RealMesh {
    /// The public forms, over HTTP to the real process and from there to nothing with proof.
    @Suite struct FormTests {
        private static let browser = "Content-Type: application/x-www-form-urlencoded\r\n"
        private static let program = "Content-Type: application/json\r\n"

        private let mesh: TestMesh

        init() throws {
            mesh = try TestMesh([.intake])
            try mesh.actAsPrivacyOfficer()
        }

        private func post(_ path: String, _ body: String, _ headers: String) throws -> WebhookClient.Answer {
            try mesh.webhooks().post(path, Array(body.utf8), secret: nil, headers: headers)
        }

        @Test func whatWasAnsweredSurvivesAKillAndAnErasureLeavesNoByteOfIt() throws {
            let page = try mesh.webhooks().get("/contact")
            #expect(page.status == 200 && page.body.contains("<label for=\"email\">"))
            let typed =
                "name=Mara+Lind&email=mara.lind%40lamps.example&message=maras+question&news=yes&policyVersion=2026-06-19&agreementVersion=2026-01"
            #expect(try post("/contact", typed, FormTests.browser).status == 303)
            let json =
                #"{"name":"Noah","email":"noah@lamps.example","message":"noahs question","policyVersion":"2026-06-19","agreementVersion":"2026-01","phone":"+1 555 0100018"}"#
            let taken = try post("/support", json, FormTests.program)
            #expect(taken.status == 201 && taken.body == #"{"reference":3}"#)
            mesh.kill(.intake)
            try mesh.start(.intake)

            let forms = try mesh.call(.intake, ListForms()).forms
            #expect(forms.map(\.kind) == [.contact, .news, .support])
            #expect(try mesh.call(.intake, ReadForm(form: forms[0].id)).entry.message == "maras question")

            let mara = Subject(
                workspace: .nobodys, contacts: [try #require(Contact(email: "mara.lind@lamps.example"))])
            _ = try mesh.call(.intake, EraseSubject(deletion: DeletionID(rawValue: 1), subject: mara), as: .deletionCoordinator)
            let proof = try mesh.call(.intake, ProveErasure(subject: mara, scan: true), as: .deletionCoordinator)

            #expect(proof.rows.values.allSatisfy { $0 == 0 })
            let scan = try #require(proof.scan)
            #expect(scan.names == 1 && scan.residue == 0 && scan.other == 0 && scan.live.isEmpty)
            let needles = ["mara.lind", "Mara Lind", "maras question"]
            #expect(try FolderBytes.find(needles, in: mesh.folder.path) == [])
            // Controls: nobody else loses a row, and the look finds what is there.
            #expect(try mesh.call(.intake, ListForms()).forms.map(\.kind) == [.support])
            #expect(try !FolderBytes.find(["noahs question"], in: mesh.folder.path).isEmpty)
        }

        @Test func aFormWithMistakesIsShownAgainAndTooManyAreTurnedAway() throws {
            let wrong = try post(
                "/demo", "name=Mara&email=mara&company=&policyVersion=2026-06-19&agreementVersion=2026-01", FormTests.browser)
            #expect(wrong.status == 422)
            #expect(wrong.body.contains("id=\"email-problem\"") && wrong.body.contains("value=\"mara\""))
            #expect(try post("/contact", String(repeating: "a", count: 40_000), FormTests.browser).status == 413)

            var statuses: [Int] = []
            for number in 0..<6 {
                let body = "name=Mara&email=mara%40lamps.example&message=\(number)&policyVersion=2026-06-19&agreementVersion=2026-01"
                statuses.append(try post("/contact", body, FormTests.browser).status)
            }

            #expect(statuses == [303, 303, 303, 303, 303, 429])
            #expect(try mesh.call(.intake, ListForms()).forms.count == 5)
        }
    }
}
