import ConversationStoreContracts
import Domain
import HTTP
import HolderContracts
import IntakeContracts
import SQLite
import Testing

@testable import IntakeService

/// The platform ends an account, or the customer its use of us: the basis for processing is gone.
struct EndedAccountTests {
    private let business = "200000000000001"
    private let secondNumber = Account(.whatsapp, "100000000000002")
    private let text = WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1")))

    private func shape(_ name: String) throws -> String {
        String(decoding: try #require(Fixture.all.first { $0.name == "whatsapp/\(name)" }).body, as: UTF8.self)
    }

    private func dueDates(_ fixture: IntakeFixture) throws -> [Timestamp?] {
        try fixture.database.read { connection in
            var dates: [Timestamp?] = []
            try connection.each("SELECT erasure_due_at FROM channels ORDER BY connected_at, id") { row in
                dates.append(row.optionalInt(0).map(Timestamp.init(rawValue:)))
            }
            return dates
        }
    }

    /// As the platform writes it, some time after the fixture's channels were connected.
    private func ending(_ name: String, at seconds: Int64) throws -> String {
        try shape(name).replacing("1767225001", with: String(seconds))
    }

    @Test(arguments: ["account-account_offboarded", "account-account_deleted", "account-partner_removed"])
    func anEndedAccountTakesNothingMoreAndItsErasureFallsDue(name: String) throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, business: business)).channel
        try fixture.connect(secondNumber, to: workspace)
        let known = try fixture.ok(ReadAccessFeed(after: Cursor(), waitMilliseconds: 0), as: .conversationStore).next
        fixture.time.advance(milliseconds: 10_000)

        #expect(try fixture.post(try ending(name, at: fixture.time.now.rawValue / 1000), to: .whatsapp).status == .ok)
        #expect(try fixture.post(text, to: .whatsapp).status == .ok)

        let facts = try fixture.ok(ReadAccessFeed(after: known, waitMilliseconds: 0), as: .conversationStore).facts
        #expect(facts.map(\.kind) == [.channelEnded] && facts.map(\.channel) == [channel])
        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
        #expect(fixture.metric("inbox.ended") == 1)
        #expect(try dueDates(fixture).compactMap(\.self) == [fixture.time.now.adding(milliseconds: 30 * 86_400_000)])
        // Controls: a number of another business goes on; and after a restart the channel is still ended.
        try fixture.reopen()
        let other = WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.2")), number: secondNumber.id)
        _ = try fixture.post(other, to: .whatsapp)
        _ = try fixture.post(text, to: .whatsapp)
        #expect(try fixture.outbox().map(\.id) == ["wamid.2"])
    }

    /// Numbers of one business account may be of several customers: what a person wrote is for one number, and stands with none of them
    /// where it doesn't say for which.
    @Test func aMessageWithoutItsNumberIsNobodysThoughItsBusinessIsKnown() throws {
        let fixture = try IntakeFixture()
        let (one, other) = (try fixture.openWorkspace(), try fixture.openWorkspace("workspace-2"))
        _ = try fixture.ok(ConnectChannel.sample(one, IntakeFixture.whatsapp, business: business))
        _ = try fixture.ok(ConnectChannel.sample(other, secondNumber, business: business))
        func entry(_ change: String) -> String {
            #"{"object":"whatsapp_business_account","entry":[{"id":"\#(business)","time":1767225000,"changes":[\#(change)]}]}"#
        }
        func pieces(_ workspace: WorkspaceID) throws -> Int64? {
            let subject = Subject(workspace: workspace, aliases: [Alias(.whatsapp, .phone, WhatsApp.jonas)])
            return try fixture.ok(CollectSubject(subject: subject), as: .deletionCoordinator).rows["quarantine"]
        }

        let message = WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1"))
        _ = try fixture.post(entry(#"{"field":"messages","value":{\#(message)}}"#), to: .whatsapp)
        _ = try fixture.post(entry(#"{"field":"messages","value":{"phone":"\#(WhatsApp.jonas)"}}"#), to: .whatsapp)

        #expect(try fixture.outbox().isEmpty)
        #expect(try fixture.quarantine().map(\.reason) == [.unknownChannel, .unsupported])
        // Nobody knows whose person it is: an erasure by either customer finds it.
        #expect(try pieces(one) == 2 && pieces(other) == 2)
        // Control: what concerns the whole account reaches both.
        _ = try fixture.post(entry(#"{"field":"message_template_status_update","value":{"event":"APPROVED"}}"#), to: .whatsapp)
        #expect(try fixture.outbox().map(\.kind) == [.template, .template])
    }

    @Test func connectedAgainItIsNotErasedAndALateRepeatEndsNothing() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        _ = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, business: business))
        fixture.time.advance(milliseconds: 10_000)
        let ended = try ending("account-account_deleted", at: fixture.time.now.rawValue / 1000)
        _ = try fixture.post(ended, to: .whatsapp)
        fixture.time.advance(milliseconds: 86_400_000)

        _ = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, key: "again", business: business))
        _ = try fixture.post(ended, to: .whatsapp)
        _ = try fixture.post(text, to: .whatsapp)

        #expect(try dueDates(fixture) == [nil, nil])
        #expect(try fixture.outbox().map(\.id) == ["wamid.1"])
        // Control: one that happened since ends it again.
        _ = try fixture.post(try ending("account-account_deleted", at: fixture.time.now.rawValue / 1000 + 1), to: .whatsapp)
        #expect(try dueDates(fixture).compactMap(\.self).count == 1)
    }

    /// What ends a business may be told before anything has told whose number ours is.
    @Test(arguments: [false, true]) func anEndingReachesNumbersThatTurnOutLaterToBeTheBusinesss(afterRestart: Bool) throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        fixture.time.advance(milliseconds: 10_000)
        _ = try fixture.post(try ending("account-account_deleted", at: fixture.time.now.rawValue / 1000), to: .whatsapp)
        if afterRestart { try fixture.reopen() }

        // Taken in, since it came before we knew; nothing after it.
        _ = try fixture.post(text, to: .whatsapp)
        _ = try fixture.post(WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.2"))), to: .whatsapp)

        #expect(try fixture.outbox().map(\.id) == ["wamid.1"] && fixture.metric("inbox.ended") == 1)
        #expect(try dueDates(fixture).compactMap(\.self) == [fixture.time.now.adding(milliseconds: 30 * 86_400_000)])
        // Controls: what was connected since goes on, and so does the number of another business.
        fixture.time.advance(milliseconds: 10_000)
        _ = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, key: "again"))
        try fixture.connect(secondNumber, to: workspace)
        _ = try fixture.post(WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.3"))), to: .whatsapp)
        let other = WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.4")), number: secondNumber.id)
        _ = try fixture.post(other.replacing(business, with: "200000000000002"), to: .whatsapp)
        #expect(try fixture.outbox().map(\.id) == ["wamid.1", "wamid.3", "wamid.4"])
    }

    /// A channel's own door speaks for that channel alone, whatever business it names.
    @Test func anEndingByAChannelsOwnDoorIsNotedForNoOther() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let credential = WebhookCredential(.header, name: "X-Secret", secret: "invented-secret-of-one-channel")
        let channel = try fixture.ok(ConnectChannel.sample(workspace, secondNumber, credential: credential)).channel
        try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        fixture.time.advance(milliseconds: 10_000)
        var headers = HTTPHeaders()
        headers.append("X-Secret", credential.secret)
        let body = try ending("account-account_deleted", at: fixture.time.now.rawValue / 1000)
        let request = try HTTPRequest(.post, "/webhooks/channels/\(channel.rawValue)", headers: headers, body: Array(body.utf8))

        #expect(fixture.answer(request).status == .ok)
        _ = try fixture.post(text, to: .whatsapp)
        _ = try fixture.post(WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.2"))), to: .whatsapp)

        #expect(try fixture.count("business_endings") == 0)
        #expect(try fixture.outbox().map(\.id) == ["wamid.1", "wamid.2"])
    }

    @Test func anEndingIsForgottenWhenNoDeliveryCanTellOfItsNumbersAnyMore() throws {
        let fixture = try IntakeFixture()
        _ = try fixture.post(try ending("account-account_deleted", at: fixture.time.now.rawValue / 1000), to: .whatsapp)
        #expect(try fixture.count("business_endings") == 1)

        fixture.time.advance(milliseconds: 30 * 86_400_000)
        try fixture.expire()

        #expect(try fixture.count("business_endings") == 0)
    }

    /// Nobody said at connecting whose number it is: the first signed delivery does.
    @Test func aNumbersBusinessIsLearntFromItsDeliveries() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())
        fixture.time.advance(milliseconds: 10_000)
        let template = try shape("template-status")

        _ = try fixture.post(template, to: .whatsapp)
        #expect(try fixture.quarantine().map(\.reason) == [.unknownChannel])
        _ = try fixture.post(text, to: .whatsapp)
        try fixture.reopen()
        _ = try fixture.post(template.replacing("order_update", with: "order_update_2"), to: .whatsapp)

        #expect(try fixture.outbox().map(\.kind) == [.message, .template])
    }

    /// Two numbers of one business in one workspace, one in another: each workspace hears of the template once.
    @Test func whatConcernsABusinessIsKeptOnceInEachWorkspace() throws {
        let fixture = try IntakeFixture()
        let (first, second) = (try fixture.openWorkspace(), try fixture.openWorkspace("workspace-2"))
        for (workspace, number) in [(first, "1"), (first, "2"), (second, "3")] {
            _ = try fixture.ok(ConnectChannel.sample(workspace, Account(.whatsapp, "10000000000000\(number)"), business: business))
        }

        for _ in 0..<2 { _ = try fixture.post(try shape("template-status"), to: .whatsapp) }

        #expect(try fixture.count("outbox") == 2)
        let workspaces = try fixture.database.read { try $0.first("SELECT count(DISTINCT workspace) FROM outbox") { $0.int(0) } }
        #expect(workspaces == 2)
    }
}
