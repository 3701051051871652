import Domain
import HolderContracts
import IntakeContracts
import Testing
import Wire

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
        #expect(entry.bytes == Int64(Instagram.body(stranger).utf8.count))
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

        fixture.time.advance(milliseconds: 7 * 86_400_000 - 1)
        try fixture.expire()
        #expect(try fixture.quarantine().count == 20)
        fixture.time.advance(milliseconds: 1)
        try fixture.expire()

        #expect(try fixture.quarantine().isEmpty)
    }

    /// As after a crash between the two.
    @Test func whatWasDeletedBeforeAStartHasNoBytesAfterIt() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.post("broken words", to: .instagram)
        _ = try fixture.database.writer.write("expire") { try $0.run("DELETE FROM quarantine") }
        #expect(try fixture.occurrences(of: "broken words") > 0)

        try fixture.expire()

        #expect(try fixture.occurrences(of: "broken words") == 0)
    }

    @Test func theListGoesOnBehindWhatItGave() throws {
        let fixture = try IntakeFixture()
        for number in 0..<3 { _ = try fixture.post("broken \(number)", to: .whatsapp) }
        let first = try #require(try fixture.quarantine().first)

        #expect(try fixture.ok(ListQuarantine(after: first.id)).entries.count == 2)
    }

    // MARK: Read and released

    private func released(_ outcome: Outcome<ReleaseQuarantined>) -> ReleaseQuarantined.Response? {
        if case .ok(let response) = outcome { response } else { nil }
    }

    @Test func aPieceIsReleasedOnceItsChannelIsConnected() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        _ = try fixture.post(Instagram.delivery(text, Instagram.text("hi", mid: "mid.2", from: Instagram.noah)), to: .instagram)
        let ids = try fixture.quarantine().map(\.id)
        #expect(ids.count == 2)

        // Control: nothing was mended yet, and nothing changes.
        #expect(refusal(fixture.call(ReleaseQuarantined(id: ids[0]))) == .stillUnfit)
        #expect(try fixture.quarantine().map(\.id) == ids)
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        fixture.time.advance(milliseconds: 3_600_000)
        #expect(released(fixture.call(ReleaseQuarantined(id: ids[0]))) == .init(accepted: 1, repeated: 0, keptOut: 0, dropped: 0))

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(try fixture.outbox().map(\.receivedAt) == [fixture.time.now.adding(milliseconds: -3_600_000)])
        #expect(try fixture.quarantine().map(\.id) == [ids[1]])
        #expect(refusal(fixture.call(ReleaseQuarantined(id: ids[0]))) == .unknownPiece)
        try fixture.settle()
        #expect(fixture.metric("outbox.rows") == 1)
        // The platform's own repeat is known, and a piece of what came meanwhile too.
        _ = try fixture.post(Instagram.delivery(text, Instagram.text("hi", mid: "mid.2", from: Instagram.noah)), to: .instagram)
        #expect(released(fixture.call(ReleaseQuarantined(id: ids[1]))) == .init(accepted: 0, repeated: 1, keptOut: 0, dropped: 0))
        #expect(try fixture.outbox().map(\.id) == ["mid.1", "mid.2"])
        #expect(try fixture.quarantine().isEmpty && fixture.count("quarantine_names") == 0)
    }

    @Test func aReleaseLetsNobodyInWhoWasErased() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        _ = try fixture.post(Instagram.delivery(text), to: .instagram)
        let id = try #require(try fixture.quarantine().first).id
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        try fixture.erase([Alias(.instagram, .igsid, Instagram.mara)], on: IntakeFixture.instagram, of: workspace, cutoff: fixture.time.now)

        #expect(released(fixture.call(ReleaseQuarantined(id: id))) == .init(accepted: 0, repeated: 0, keptOut: 1, dropped: 0))

        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
    }

    @Test func aPieceIsReadAsItCameInAnswersThatFitAFrame() throws {
        let fixture = try IntakeFixture()
        let body = "broken: " + String(repeating: "ä", count: 400_000)
        _ = try fixture.post(body, to: .whatsapp)
        let id = try #require(try fixture.quarantine().first).id

        var text = ""
        var offset: Int64? = 0
        var answers = 0
        while let start = offset {
            let answer = try fixture.ok(ReadQuarantined(id: id, offset: start))
            #expect(answer.entry.id == id)
            text += answer.text
            offset = answer.next
            answers += 1
        }

        #expect(text == body && answers == 2)
        #expect(refusal(fixture.call(ReadQuarantined(id: id + 1))) == .unknownPiece)
    }

    // MARK: Names that stand twice

    /// A parser that takes the first and one that takes the last would tell two stories of one event.
    @Test func anEventInWhichANameStandsTwiceIsQuarantinedAlone() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        for account in [IntakeFixture.instagram, IntakeFixture.whatsapp] { try fixture.connect(account, to: workspace) }
        let twice = Instagram.event(#""message":{"mid":"mid.2","text":"one","text":"two"}"#)
        let deep = WhatsApp.message(#""type":"text","text":{"body":"a","b\u006fdy":"b"}"#, id: "wamid.2")

        let instagram = Instagram.delivery(Instagram.text("a", mid: "mid.1"), twice, Instagram.text("c", mid: "mid.3"))
        #expect(try fixture.post(instagram, to: .instagram).status == .ok)
        let whatsapp = WhatsApp.messages(WhatsApp.text("a", id: "wamid.1"), deep, WhatsApp.text("c", id: "wamid.3"))
        #expect(try fixture.post(WhatsApp.delivery(whatsapp), to: .whatsapp).status == .ok)

        #expect(try fixture.outbox().map(\.id) == ["mid.1", "mid.3", "wamid.1", "wamid.3"])
        let pieces = try fixture.quarantine()
        #expect(pieces.map(\.reason) == [.unsupported, .unsupported])
        #expect(try fixture.ok(ReadQuarantined(id: pieces[0].id, offset: 0)).text == Instagram.delivery(twice))
        #expect(refusal(fixture.call(ReleaseQuarantined(id: pieces[0].id))) == .stillUnfit)
    }

    /// Whose an entry is must not depend on who reads it; its neighbours are not in doubt.
    @Test func anEntryThatNamesTwoAccountsIsNobodys() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        let good = Instagram.entry([Instagram.text("a", mid: "mid.1")])
        let two = Instagram.entry([Instagram.text("b", mid: "mid.2")]).replacing(#""time":"#, with: #""id":"1784","time":"#)
        let lists = Instagram.entry([Instagram.text("c", mid: "mid.3")]).dropLast() + #","messaging":[]}"#

        _ = try fixture.post(Instagram.body(good, two, String(lists)), to: .instagram)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(try fixture.count("quarantine") == 2)
        // Control: a body that has its whole list twice is one piece.
        _ = try fixture.post(#"{"object":"instagram","entry":[],"entry":[\#(good)]}"#, to: .instagram)
        #expect(try fixture.quarantine().last?.reason == .unreadable)
        #expect(try fixture.outbox().count == 1)
    }

    // MARK: Erased by a name in it

    @Test func anErasureFindsAPieceByAnyNameInIt() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let subject = Subject(
            workspace: workspace,
            aliases: [
                Alias(.whatsapp, .phone, "491510000007"), Alias(.whatsapp, .bsuid, "DE.777"), Alias(.instagram, .username, "broken7")
            ])
        func pieces() throws -> Int64 {
            try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["quarantine"] ?? -1
        }
        for body in [#"x "+491510000007" y"#, #"id DE.777."#, #"{"a":"\n491510000007"}"#, "tel:491510000007"] {
            _ = try fixture.post("not JSON \(body)", to: .whatsapp)
        }
        // Controls: neither a longer number, nor a username, which may be anybody's by now.
        for body in ["4915100000070", "0491510000007", "broken7"] { _ = try fixture.post("not JSON \(body)", to: .whatsapp) }

        #expect(try pieces() == 4)
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(try pieces() == 0)
        #expect(try fixture.quarantine().count == 3)
    }

    @Test func moreNamesThanAreIndexedAreStillFound() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let names = (0...QuarantinedNames.countMax).map { "4915\(20_000_000 + $0)" }
        _ = try fixture.post("not JSON " + names.joined(separator: " "), to: .whatsapp)
        let last = Subject(workspace: workspace, aliases: [Alias(.whatsapp, .phone, names[names.count - 1])])
        #expect(try fixture.count("quarantine_names") == Int64(QuarantinedNames.countMax))

        #expect(try fixture.ok(CollectSubject(subject: last), as: .deletionCoordinator).rows["quarantine"] == 1)
    }

    /// What is known to be another customer's is not erased with a person of ours who happens to have the same number in it.
    @Test func aPieceOfAnotherWorkspacesChannelStays() throws {
        let fixture = try IntakeFixture()
        let (workspace, other) = (try fixture.openWorkspace(), try fixture.openWorkspace("workspace-2"))
        try fixture.connect(IntakeFixture.instagram, to: other)
        _ = try fixture.post(Instagram.delivery(#"{"sender":{"ident":"\#(Instagram.mara)"}}"#), to: .instagram)
        func pieces(_ workspace: WorkspaceID) throws -> Int64? {
            let subject = Subject(workspace: workspace, aliases: [Alias(.instagram, .igsid, Instagram.mara)])
            return try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["quarantine"]
        }

        #expect(try fixture.quarantine().map(\.reason) == [.unsupported])
        #expect(try pieces(workspace) == 0)
        #expect(try pieces(other) == 1)
    }
}
