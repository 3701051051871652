import Domain
import IntakeContracts
import Testing

@testable import IntakeService

struct QuarantineTests {
    private let text = Instagram.text("hello", mid: "mid.1")

    @Test func anUnknownAccountIsQuarantinedAndItsNeighbourTaken() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        let stranger = Instagram.entry([Instagram.text("who", mid: "mid.2")], to: "17841400000000009")

        let answer = try fixture.post(Instagram.body(stranger, Instagram.entry([text])), to: .instagram)

        #expect(answer.status == .ok)
        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        let entry = try #require(try fixture.quarantine().first)
        #expect(entry.reason == .unknownChannel)
        #expect(entry.bytes == Int64(stranger.utf8.count))
        #expect(entry.platform == .instagram)
        #expect(entry.expiresAt == entry.receivedAt.adding(milliseconds: 7 * 86_400_000))
    }

    @Test(arguments: ["{", "hello", "[]", "{}", #"{"object":"page","entry":[]}"#, #"{"object":"instagram","entry":{}}"#, "\u{FEFF}{}", ""])
    func aSignedBodyThatCannotBeReadIsQuarantinedWith200(body: String) throws {
        let fixture = try IntakeFixture()

        #expect(try fixture.post(body, to: .instagram).status == .ok)

        #expect(try fixture.quarantine().map(\.reason) == [.unreadable])
        try fixture.reopen()
        #expect(try fixture.quarantine().map(\.bytes) == [Int64(body.utf8.count)])
    }

    @Test func aBrokenEventNeverTakesItsNeighboursWithIt() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())

        #expect(try fixture.post(Instagram.delivery(#"{"sender":5}"#, text, "null"), to: .instagram).status == .ok)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(try fixture.quarantine().map(\.reason) == [.unsupported, .unsupported])
    }

    @Test func theSamePieceIsKeptOnce() throws {
        let fixture = try IntakeFixture()

        for _ in 0..<3 { _ = try fixture.post(Instagram.delivery(text), to: .instagram) }
        #expect(try fixture.quarantine().count == 1)

        // Control: another piece is another row.
        _ = try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.2")), to: .instagram)
        #expect(try fixture.quarantine().count == 2)
    }

    @Test func quarantineEndsAfterSevenDays() throws {
        let fixture = try IntakeFixture()
        // More than one portion of the expiry.
        for number in 0..<20 { _ = try fixture.post("broken \(number)", to: .instagram) }
        fixture.time.waitUntilWaiting(count: 1)

        fixture.time.advance(milliseconds: 7 * 86_400_000 - 1 - Expiry.pauseMilliseconds)
        fixture.expire()
        #expect(try fixture.quarantine().count == 20)
        fixture.time.advance(milliseconds: 1)
        fixture.expire()

        #expect(try fixture.quarantine().isEmpty)
    }

    @Test func theListGoesOnBehindWhatItGave() throws {
        let fixture = try IntakeFixture()
        for number in 0..<3 { _ = try fixture.post("broken \(number)", to: .whatsapp) }
        let first = try #require(try fixture.quarantine().first)

        #expect(try fixture.ok(ListQuarantine(after: first.id)).entries.count == 2)
    }
}
