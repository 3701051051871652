import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Testing
import Wire

@testable import IntakeService

struct ErasureTests {
    private let cutoff = Timestamp(rawValue: Instagram.sentAt)
    private let mara = Alias(.instagram, .igsid, Instagram.mara)

    @Test func whatAnErasedPersonWroteBeforeStaysOut() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        try fixture.erase([mara], on: IntakeFixture.instagram, cutoff: cutoff)

        let late = [
            Instagram.text("late", mid: "mid.1"), Instagram.echo("late", mid: "mid.2"),
            Instagram.event(#""read":{"mid":"mid.1"}"#)
        ]
        #expect(try fixture.post(Instagram.delivery(late), to: .instagram).status == .ok)
        #expect(try fixture.outbox().isEmpty)
        #expect(fixture.metric("inbox.keptOut") == 3)

        // Controls: another person's events of that time, and what she writes afterwards.
        let passing = [
            Instagram.text("other", mid: "mid.3", from: Instagram.noah), Instagram.text("new", mid: "mid.4", at: Instagram.sentAt + 1)
        ]
        #expect(try fixture.post(Instagram.delivery(passing), to: .instagram).status == .ok)
        #expect(try fixture.outbox().map(\.id) == ["mid.3", "mid.4"])
    }

    /// Another customer may have the account now: the person's relationship to them is another one.
    @Test func anErasureInOneWorkspaceKeepsNobodyOutOfAnother() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace("workspace-2"))
        try fixture.erase([mara], on: IntakeFixture.instagram, of: try fixture.openWorkspace("workspace-1"), cutoff: fixture.time.now)

        _ = try fixture.post(Instagram.delivery(Instagram.text("old", mid: "mid.1")), to: .instagram)
        #expect(try fixture.outbox().map(\.id) == ["mid.1"])

        // Control: in their own workspace they stay out.
        try fixture.erase([mara], on: IntakeFixture.instagram, of: try fixture.openWorkspace("workspace-2"), cutoff: fixture.time.now)
        _ = try fixture.post(Instagram.delivery(Instagram.text("older", mid: "mid.2")), to: .instagram)
        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
    }

    @Test func whatHappenedAfterTheCutOffIsNotErased() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        let texts = [Instagram.text("old", mid: "mid.1"), Instagram.text("new", mid: "mid.2", at: Instagram.sentAt + 1)]
        _ = try fixture.post(Instagram.delivery(texts), to: .instagram)
        var subject = Subject(workspace: workspace, aliases: [mara])
        subject.cutoff = cutoff

        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
        #expect(try fixture.outbox().map(\.id) == ["mid.2"])

        // Control: without a cut-off all of it is the subject's.
        subject.cutoff = nil
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 2), subject: subject), as: .deletionCoordinator)
        #expect(try fixture.outbox().isEmpty)
    }

    @Test func whatWasErasedFromQuarantineDoesNotComeBackWithARepeat() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let piece = Instagram.delivery(Instagram.text("to nobody we know", mid: "mid.1"))
        _ = try fixture.post(piece, to: .instagram)
        #expect(try fixture.count("quarantine") == 1)
        let subject = Subject(workspace: workspace, aliases: [mara])

        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)
        _ = try fixture.post(piece, to: .instagram)
        #expect(try fixture.count("quarantine") == 0)

        // Control: another piece is kept.
        _ = try fixture.post(Instagram.delivery(Instagram.text("another", mid: "mid.2")), to: .instagram)
        #expect(try fixture.count("quarantine") == 1)
    }

    @Test func aClockThatRunsAheadLetsNothingIn() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        try fixture.erase([mara], on: IntakeFixture.instagram, cutoff: fixture.time.now)

        _ = try fixture.post(
            Instagram.delivery(Instagram.text("from tomorrow", mid: "mid.1", at: Instagram.sentAt + 86_400_000)), to: .instagram)

        #expect(try fixture.outbox().isEmpty)
    }

    @Test func oneErasedNameOfAPersonIsEnough() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        try fixture.erase([Alias(.whatsapp, .bsuid, WhatsApp.jonasID)], on: IntakeFixture.whatsapp, cutoff: fixture.time.now)

        _ = try fixture.post(
            WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1"), contacts: WhatsApp.contact())), to: .whatsapp)

        #expect(try fixture.outbox().isEmpty)
    }

    @Test func anErasureTakesAPersonsBytesAndNobodyElses() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        try fixture.connect(Account(.instagram, "17841400000000002"), to: other)
        let events = [
            Instagram.text("maras secret", mid: "mid.1"), Instagram.echo("answer to mara", mid: "mid.2"),
            Instagram.text("noahs word", mid: "mid.3", from: Instagram.noah)
        ]
        _ = try fixture.post(Instagram.delivery(events), to: .instagram)
        _ = try fixture.post(
            Instagram.delivery([Instagram.text("noahs other word", mid: "mid.4", from: Instagram.noah)], to: "17841400000000002"),
            to: .instagram)
        _ = try fixture.post("broken, with \(Instagram.mara) in it", to: .instagram)
        _ = try fixture.post("broken, without", to: .instagram)
        // Controls of the search itself: before the erasure it finds what it is to miss afterwards.
        #expect(try fixture.occurrences(of: "maras secret") > 0)
        #expect(try fixture.occurrences(of: Instagram.mara) > 0)

        let subject = Subject(workspace: workspace, aliases: [mara])
        let collected = try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator)
        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: collected.subject), as: .deletionCoordinator)
        let proof = try fixture.ok(ProveErasure(subject: collected.subject, scan: false), as: .deletionCoordinator)

        #expect(collected.subject.accounts == [IntakeFixture.instagram])
        #expect(collected.rows.filter { $0.value > 0 } == ["outbox": 2, "quarantine": 1])
        #expect(receipt.rows == collected.rows)
        #expect(proof.rows.values.allSatisfy { $0 == 0 })
        #expect(try fixture.occurrences(of: "maras secret") == 0)
        #expect(try fixture.occurrences(of: "answer to mara") == 0)
        #expect(try fixture.occurrences(of: Instagram.mara) == 0)
        #expect(try fixture.outbox().map(\.id) == ["mid.3", "mid.4"])
        #expect(try fixture.quarantine().count == 1)
        try fixture.settle()
        #expect(fixture.metric("outbox.rows") == 2)
        // A repeat of what was erased is still known.
        _ = try fixture.post(Instagram.delivery(events), to: .instagram)
        #expect(try fixture.outbox().map(\.id) == ["mid.3", "mid.4"])
    }

    /// What waits to be told of an account may have the person's number in it, or somebody else's longer one.
    @Test func whatNamesNobodyIsErasedByANumberInItAndNotByALongerOne() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        for number in [WhatsApp.jonas, "00\(WhatsApp.jonas)", "\(WhatsApp.jonas)2", "1\(WhatsApp.jonas)"] {
            _ = try fixture.post(WhatsApp.delivery(#""caller":"\#(number)""#, field: "calls"), to: .whatsapp)
        }
        let subject = Subject(workspace: workspace, aliases: [Alias(.whatsapp, .phone, WhatsApp.jonas)])

        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["outbox"] == 2)
        #expect(try fixture.count("outbox") == 2)
    }

    @Test func aPersonOfAnotherWorkspaceKeepsTheirRows() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let other = try fixture.openWorkspace("workspace-2")
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        _ = try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.1")), to: .instagram)

        let subject = Subject(workspace: other, aliases: [mara])
        let receipt = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        #expect(receipt.rows["outbox"] == 0)
        #expect(try fixture.outbox().count == 1)
    }

    @Test func anEventWithTwoNamesWidensTheClosure() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        _ = try fixture.post(
            WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1"), contacts: WhatsApp.contact())), to: .whatsapp)

        let subject = Subject(workspace: workspace, aliases: [Alias(.whatsapp, .phone, WhatsApp.jonas)])
        let collected = try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator)

        #expect(collected.subject.aliases.contains(Alias(.whatsapp, .bsuid, WhatsApp.jonasID)))
        #expect(collected.subject.aliases.count == 2)
    }

    @Test func aWithdrawnAuthorizationEndsItsChannels() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let authorization = ChannelAuthorization(app: "meta", user: "app-scoped-0001", member: "member-1")
        let channel = try fixture.connect(IntakeFixture.instagram, to: workspace, authorization: authorization)
        let whatsapp = try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        let subject = Subject(workspace: WorkspaceID(rawValue: "-"), authorization: Authorization(app: "meta", user: "app-scoped-0001"))
        let known = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .deletionCoordinator).next

        #expect(try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["channel_authorizations"] == 1)
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: subject), as: .deletionCoordinator)

        let news = try fixture.ok(ReadAccessFeed(after: known, waitMilliseconds: 0), as: .deletionCoordinator)
        #expect(news.facts.map(\.kind) == [.channelEnded])
        #expect(news.facts.first?.channel == channel)
        #expect(try fixture.occurrences(of: "app-scoped-0001") == 0)
        #expect(try fixture.post(Instagram.delivery(Instagram.text("late", mid: "mid.1")), to: .instagram).status == .ok)
        #expect(try fixture.outbox().isEmpty)
        #expect(try fixture.quarantine().isEmpty)
        #expect(fixture.metric("inbox.ended") == 1)
        let reply = RecordReply(
            key: RequestKey("reply-1"), workspace: workspace, channel: channel, recipient: mara, author: .agent, text: "hello",
            sentAt: fixture.time.now, lease: "")
        #expect(refusal(fixture.call(reply)) == .channelEnded)
        // Controls: the other channel lives, and the account may be connected again.
        _ = try fixture.post(WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1"))), to: .whatsapp)
        #expect(try fixture.outbox().map(\.id) == ["wamid.1"])
        let again = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.instagram, key: "connect-again")).channel
        #expect(again != channel && again != whatsapp)
        _ = try fixture.post(Instagram.delivery(Instagram.text("new", mid: "mid.2")), to: .instagram)
        #expect(try fixture.outbox().map(\.id) == ["wamid.1", "mid.2"])
    }
}

extension IntakeFixture {
    /// What the coordinator does before it erases: the names stay out from now on.
    func erase(_ names: [Alias], on account: Account, of workspace: WorkspaceID? = nil, cutoff: Timestamp) throws {
        let workspace = try workspace ?? openWorkspace()
        let digester = ErasureDigester(peppers: try process.keys.peppers())
        let tombstones = names.map { digester.tombstone(.person(workspace, account, $0), cutoff: cutoff) }
        _ = try ok(PlaceTombstones(deletion: DeletionID(rawValue: 1), tombstones: tombstones), as: .deletionCoordinator)
    }
}
