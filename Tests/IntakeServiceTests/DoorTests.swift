import Digest
import Domain
import Foundation
import HTTP
import Runtime
import Testing

@testable import IntakeService

struct DoorTests {
    @Test func theHandshakeGivesTheChallengeBackForTheRightToken() throws {
        let fixture = try IntakeFixture()
        let token = String(decoding: try fixture.process.keys.secret(named: KeyName.webhookVerifyToken), as: UTF8.self)

        let right = fixture.answer(
            try HTTPRequest(.get, "/webhooks/instagram?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=\(token)"))
        let wrong = fixture.answer(
            try HTTPRequest(.get, "/webhooks/instagram?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=\(token)x"))
        let none = fixture.answer(try HTTPRequest(.get, "/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444"))

        #expect(right.status == .ok)
        #expect(right.body == Array("1158201444".utf8))
        #expect(right.headers["content-type"] == "text/plain")
        #expect(wrong.status == .forbidden)
        #expect(none.status == .forbidden)
    }

    @Test func onlyWhatThePlatformSignedIsTaken() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        // As Meta sends it: what is not ASCII comes escaped, and re-serialised it would have another signature.
        let body = Instagram.delivery(Instagram.text(#"Gr\u00fc\u00dfe \/ Mara"#, mid: "mid.1"))

        #expect(try fixture.post(body, to: .instagram, signature: nil).status == .unauthorized)
        #expect(try fixture.post(body, to: .instagram, secret: "not the secret").status == .unauthorized)
        #expect(try fixture.post(body, to: .instagram, signature: "sha256=").status == .unauthorized)
        #expect(try fixture.count("outbox") == 0)
        #expect(try fixture.count("quarantine") == 0)
        #expect(fixture.metric("webhooks.refused") == 3)

        // Control: the same body, signed.
        #expect(try fixture.post(body, to: .instagram).status == .ok)
        #expect(try fixture.outbox().map(\.text) == ["Grüße / Mara"])
    }

    @Test func aSignatureInUpperCaseOrTwiceIsRefused() throws {
        let fixture = try IntakeFixture()
        let body = Instagram.delivery(Instagram.text("hello", mid: "mid.1"))
        let mac = Hex.encode(
            HMACSHA256Key(try fixture.process.keys.secret(named: KeyName.instagramAppSecret)).authenticate(Array(body.utf8)))
        var twice = HTTPHeaders()
        twice.append("X-Hub-Signature-256", "sha256=\(mac)")
        twice.append("X-Hub-Signature-256", "sha256=\(mac)")

        #expect(try fixture.post(body, to: .instagram, signature: "sha256=\(mac.uppercased())").status == .unauthorized)
        #expect(
            fixture.answer(try HTTPRequest(.post, "/webhooks/instagram", headers: twice, body: Array(body.utf8))).status == .unauthorized)
        #expect(try fixture.post(body, to: .instagram, signature: "sha256=\(mac)").status == .ok)
    }

    @Test func allSecretsOfARotationAreLiveAndOthersAreNot() throws {
        let fixture = try IntakeFixture(secrets: [
            "instagram.app.2.secret": "the new secret", "whatsapp.app.3.secret": "another new secret", "meta.app.2.secret": "a third one"
        ])
        let body = Instagram.delivery(Instagram.text("hello", mid: "mid.1"))

        #expect(try fixture.post(body, to: .instagram).status == .ok)
        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .ok)
        #expect(try fixture.post(body, to: .instagram, secret: "a third one").status == .ok)
        #expect(try fixture.post(body, to: .instagram, secret: "another new secret").status == .unauthorized)
        #expect(try fixture.post(WhatsApp.delivery(WhatsApp.messages()), to: .whatsapp, secret: "another new secret").status == .ok)
    }

    @Test func aRotationNeedsNoRestart() throws {
        let fixture = try IntakeFixture()
        let body = Instagram.delivery(Instagram.text("hello", mid: "mid.1"))
        let old = String(decoding: try fixture.process.keys.secret(named: KeyName.instagramAppSecret), as: UTF8.self)
        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .unauthorized)

        try fixture.putKey("instagram.app.2.secret", "the new secret")
        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .ok)
        #expect(try fixture.post(body, to: .instagram, secret: old).status == .ok)

        try fixture.putKey(KeyName.instagramAppSecret, nil)
        #expect(try fixture.post(body, to: .instagram, secret: old).status == .unauthorized)
        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .ok)
    }

    /// A secret that others can read is none; until somebody mends it the former ones stay.
    @Test func aSecretThatIsNoneTakesNothingAwayAndIsTold() throws {
        let fixture = try IntakeFixture()
        let body = Instagram.delivery(Instagram.text("hello", mid: "mid.1"))
        try fixture.putKey("instagram.app.2.secret", "the new secret", mode: 0o644)

        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .unauthorized)
        #expect(try fixture.post(body, to: .instagram).status == .ok)
        #expect(fixture.lines.all.contains { $0.contains(#""event":"keysUnreadable""#) && $0.contains("instagram.app.2.secret") })

        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: "\(fixture.folder)/keys/instagram.app.2.secret")
        #expect(try fixture.post(body, to: .instagram, secret: "the new secret").status == .ok)
    }

    @Test func whoCannotProveToBeThePlatformIsOnRecord() throws {
        let fixture = try IntakeFixture()
        let body = Instagram.delivery(Instagram.text("a very private word", mid: "mid.1"))
        // Control: a delivery that is signed leaves no trace there.
        _ = try fixture.post(body, to: .instagram)
        #expect(try fixture.denials() == [])

        for secret in ["one", "another"] { _ = try fixture.post(body, to: .instagram, secret: secret) }
        _ = try fixture.post(body, to: .whatsapp, signature: nil)
        _ = fixture.answer(try HTTPRequest(.get, "/webhooks/instagram?hub.mode=subscribe&hub.challenge=1&hub.verify_token=guess"))
        _ = fixture.answer(try HTTPRequest(.post, "/webhooks/channels/ch_none", body: Array(body.utf8)))

        #expect(
            try fixture.denials() == [
                "/webhooks verifyTokenInvalid 1", "/webhooks/channels credentialInvalid 1", "/webhooks/instagram signatureInvalid 2",
                "/webhooks/whatsapp signatureInvalid 1"
            ])
        #expect(try fixture.occurrences(of: "guess") == 0)
    }

    @Test func theLogTellsOfARefusalWithoutItsContent() throws {
        let fixture = try IntakeFixture()

        _ = try fixture.post(Instagram.delivery(Instagram.text("a very private word", mid: "mid.1")), to: .instagram, secret: "wrong")
        _ = try fixture.post("a very private word", to: .instagram)

        #expect(fixture.lines.all.contains { $0.contains(#""event":"signatureWrong""#) })
        #expect(fixture.lines.all.contains { $0.contains(#""event":"quarantined""#) })
        #expect(!fixture.lines.all.contains { $0.contains("private") || $0.contains("mid.1") || $0.contains(Instagram.mara) })
    }

    @Test func aFloodOfForgedDeliveriesIsOneLineOfTheLogAndCountedInFull() throws {
        let fixture = try IntakeFixture()
        for _ in 0..<50 { _ = try fixture.post("{}", to: .instagram, secret: "wrong") }
        fixture.time.advance(milliseconds: LogLimiter.intervalMilliseconds)
        _ = try fixture.post("{}", to: .instagram, secret: "wrong")

        let lines = fixture.lines.all.filter { $0.contains(#""event":"signatureWrong""#) }
        #expect(lines.count == 2)
        #expect(lines.last?.contains(#""count":49}"#) == true)
        #expect(fixture.metric("webhooks.refused") == 51)
    }

    @Test func healthStaysGreenWhileTheStoreIsDownAndTurnsRedWithoutRoom() throws {
        let fixture = try IntakeFixture()
        #expect(fixture.answer(try HTTPRequest(.get, "/healthz")).status == .ok)

        fixture.freeBytes.add(DiskReserve.freeBytesMin - 1)
        fixture.time.advance(milliseconds: DiskReserve.checkMilliseconds)

        #expect(fixture.answer(try HTTPRequest(.get, "/healthz")).status == .serviceUnavailable)
    }
}
