import Access
import ConversationStoreContracts
import ConversationStoreService
import Dispatch
import Domain
import Glibc
import IntakeContracts
import SQLite
import Testing
import Threads
import Wire

@Suite struct AppendTests {
    private let store: StoreFixture

    init() throws { store = try StoreFixture() }

    @Test func aRepeatedEventIsStoredOnce() throws {
        #expect(try store.append(message("m1"), message("m1")) == AppendEvents.Response(stored: 1, repeated: 1, keptOut: 0))
        #expect(try store.append(message("m1")).repeated == 1)
        try store.reopen()
        #expect(try store.append(message("m1")).repeated == 1)

        #expect(try store.onlyMessages().map(\.text) == ["Hello"])
    }

    /// The control of the test above: it is known by its digest.
    @Test func withoutItsDigestARepeatWouldBeStored() throws {
        try store.append(message("m1"))
        try store.database.writer.write("spoil the digest") { try $0.run("UPDATE messages SET erasure_digest = zeroblob(16)") }

        #expect(try store.append(message("m1")).stored == 1)
    }

    @Test func theSameIDOnAnotherAccountIsAnotherMessage() throws {
        let other = Channel(shop, ChannelID(rawValue: "ch_other"), Account(.whatsapp, "900800700600"))
        try store.append(message("m1"))

        #expect(try store.append([message("m1")], on: other).stored == 1)
        #expect(try store.list().count == 2)
        #expect(try store.rows("participants") == 1)
    }

    @Test(arguments: [true, false]) func aReplyAndItsEchoAreOneMessage(echoFirst: Bool) throws {
        // Our clock stands before midnight, the platform's behind it.
        let midnight = Timestamp(rawValue: (noon.day + 1) * 86_400_000)
        let events = [echo("w1", at: midnight.adding(seconds: 1)), reply("w1", at: midnight.adding(seconds: -1))]
        for event in echoFirst ? events : events.reversed() { try store.append(event) }

        let messages = try store.onlyMessages()
        #expect(messages.map(\.author) == [.assistant])
        #expect(messages.map(\.sentAt) == [midnight.adding(seconds: -1)])
        #expect(try store.append(events[0], events[1]).repeated == 2)
    }

    @Test func aReplyThatTakesOverAnEchoIsToldToFollowers() throws {
        try store.append(echo("w1"))
        let cursor = try store.feed().next
        try store.append(reply("w1"))

        let news = try store.feed(after: cursor).changes
        #expect(news.map(\.kind) == [.messageSent])
        #expect(try news.map(\.message) == store.onlyMessages().map(\.id))
    }

    @Test func whatIsNotInterpretedIsKeptAsItCame() throws {
        var reaction = message("m1")
        reaction.kind = .other
        reaction.type = "reaction"
        reaction.text = nil
        reaction.raw = RawJSON(checked: Array(#"{"mid":"m1","emoji":"\u2764"}"#.utf8))
        reaction.sentAt = noon.adding(seconds: 1)
        // It bears the id of the message that it is about, and is another event all the same.
        try store.append(message("m1"), reaction)

        let messages = try store.onlyMessages()
        #expect(messages.map(\.type) == ["text", "reaction"])
        #expect(messages[1].raw == reaction.raw)
    }

    @Test func anEventThatNamesNobodyIsMalformed() throws {
        let nobody = ParticipantIdentity(username: "somebody", name: "Some Body")
        var noStatus = status("w1", .sent)
        noStatus.status = nil
        for event in [message("m1", from: nobody), message(""), noStatus] {
            guard case .fault(let fault) = store.put(request([message("m0"), event]), as: .intake) else {
                Issue.record("taken")
                continue
            }
            #expect(fault.code == .malformed)
        }
        #expect(try store.rows("messages") == 0)
    }

    @Test func aTerminatedWorkspaceIsRefusedAndAnUnknownOneIsNot() throws {
        let opened = AccessFact(.workspaceOpened, shop, at: noon)
        let ended = AccessFact(.workspaceTerminated, shop, at: noon)
        try store.database.writer.write("facts") { connection in
            for fact in [opened, ended] { try AccessTable.put(fact, connection) }
        }
        try store.reopen()

        guard case .refused(.workspaceTerminated, _) = store.put(request([message("m1")]), as: .intake) else {
            Issue.record("a terminated workspace's event was taken")
            return
        }
        let stranger = Channel(WorkspaceID(rawValue: "ws_new"), ChannelID(rawValue: "ch_new"), line.account)
        #expect(try store.append([message("m1")], on: stranger).stored == 1)
    }

    @Test func aFullQueueIsOverloadedAndStoresNothing() throws {
        let router = store.process.router
        let (reached, released) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        _ = store.database.writer.submit("block") { _ in
            reached.signal()
            released.wait()
        } completion: { _ in
        }
        reached.wait()
        while store.database.writer.submit("fill", { _ in }, completion: { _ in }) {}

        let outcome = LocalTransport(router, as: .intake).call(request([message("m1")]))
        released.signal()
        guard case .fault(let fault) = outcome else {
            Issue.record("a full queue took an event")
            return
        }
        #expect(fault.code == .overloaded && fault.retry)
        let drained = DispatchSemaphore(value: 0)
        while !store.database.writer.submit("drain", { _ in }, completion: { _ in drained.signal() }) { sched_yield() }
        drained.wait()
        #expect(try store.rows("messages") == 0)
    }

    @Test func onlyIntakeAppends() throws {
        guard case .fault(let fault) = store.put(request([message("m1")]), as: .operator) else {
            Issue.record("an operator appended")
            return
        }
        #expect(fault.code == .forbidden)
    }

    @Test func noRawPlatformIDReachesTheFile() throws {
        try store.append(message("wamid.IDWITHPHONE"), status("wamid.OTHERID", .sent))

        #expect(try store.filesHold("Hello"))
        #expect(try !store.filesHold("wamid"))
    }

    private func request(_ events: [ChannelEvent]) -> AppendEvents {
        AppendEvents(key: RequestKey("k"), workspace: line.workspace, channel: line.id, account: line.account, events: events)
    }
}
