import Domain
import Foundation
import HTTP
import IntakeContracts
import Testing

@testable import IntakeService

/// A provider delivers to a channel's own door, with what was agreed for it.
struct ChannelDoorTests {
    private static let secret = "invented-provider-secret"
    private static let credentials: [(WebhookCredential, header: String, value: String)] = [
        (WebhookCredential(.bearer, secret: secret), "Authorization", "Bearer \(secret)"),
        (WebhookCredential(.bearer, secret: secret), "authorization", "bearer  \(secret)"),
        (
            WebhookCredential(.basic, name: "lumen?>", secret: secret), "Authorization",
            "Basic \(Data("lumen?>:\(secret)".utf8).base64EncodedString())"
        ),
        (WebhookCredential(.header, name: "D360-Key", secret: secret), "d360-key", secret)
    ]
    private let body = WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.1"), contacts: WhatsApp.contact()))
    private let flat =
        #"{"contacts":[],"messages":[\#(WhatsApp.text("hi", id: "wamid.2"))],"statuses":[\#(WhatsApp.status("sent", of: "w"))]}"#

    private func post(_ body: String, to channel: ChannelID, _ fixture: IntakeFixture, _ header: String?, _ value: String) throws
        -> HTTPResponse
    {
        var headers = HTTPHeaders()
        if let header { headers.append(header, value) }
        return fixture.answer(
            try HTTPRequest(.post, "/webhooks/channels/\(channel.rawValue)", headers: headers, body: Array(body.utf8)))
    }

    @Test(arguments: credentials.indices)
    func whatWasAgreedOpensTheDoorAndNothingElseDoes(index: Int) throws {
        let (credential, header, value) = ChannelDoorTests.credentials[index]
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, credential: credential)).channel
        let others = WebhookCredential(.bearer, secret: "another secret of another")
        let second = ConnectChannel.sample(workspace, Account(.whatsapp, "100000000000002"), credential: others)
        let other = try fixture.ok(second).channel
        let unguarded = try fixture.connect(Account(.whatsapp, "100000000000003"), to: workspace)

        let stranger = ChannelID(rawValue: "ch_none")
        for (target, header, value) in [
            (channel, nil, ""), (channel, header, value + "x"), (channel, header, ""),
            (channel, "Authorization", "Bearer nobody-knows-this"), (other, header, value), (unguarded, header, value),
            (unguarded, nil, ""),
            (stranger, header, value), (stranger, nil, "")
        ] as [(ChannelID, String?, String)] {
            #expect(try post(body, to: target, fixture, header, value).status == .unauthorized, "\(target) \(value)")
        }
        #expect(try fixture.count("outbox") == 0 && fixture.quarantine().isEmpty)
        #expect(fixture.metric("webhooks.refused") == 9)

        try fixture.reopen()
        let answer = try post(body, to: channel, fixture, header, value)
        #expect(answer.status == .ok && answer.body.isEmpty)
        #expect(try post(flat, to: channel, fixture, header, value).status == .ok)
        #expect(try fixture.outbox().map(\.id) == ["wamid.1", "wamid.2", "w"])
        // The secret is nowhere, nor does any line of the log tell it.
        #expect(try fixture.occurrences(of: ChannelDoorTests.secret) == 0)
        #expect(!fixture.lines.all.contains { $0.contains(ChannelDoorTests.secret) })
    }

    @Test func aProvidersSecretIsRotatedWithoutAGap() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let first = WebhookCredential(.bearer, secret: ChannelDoorTests.secret)
        let channel = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, credential: first)).channel
        let next = WebhookCredential(.header, name: "D360-Key", secret: "the-next-provider-secret")
        func statuses() throws -> [HTTPStatus] {
            [
                try post(body, to: channel, fixture, "Authorization", "Bearer \(ChannelDoorTests.secret)").status,
                try post(body, to: channel, fixture, "D360-Key", "the-next-provider-secret").status
            ]
        }
        #expect(try statuses() == [.ok, .unauthorized])
        #expect(try fixture.denials() == ["/webhooks/channels credentialInvalid 1 \(workspace.rawValue)"])

        var set = SetChannelCredential(workspace: workspace, channel: channel, credential: next, keepsFormer: true)
        for _ in 0..<2 { #expect(try fixture.ok(set).live == 2) }
        #expect(try statuses() == [.ok, .ok])
        set.keepsFormer = false
        #expect(try fixture.ok(set).live == 1)
        #expect(try statuses() == [.unauthorized, .ok])
        try fixture.reopen()
        #expect(try statuses() == [.unauthorized, .ok])

        set.keepsFormer = true
        for number in 2...SetChannelCredential.countMax {
            set.credential.secret = "provider-secret-number-\(number)"
            #expect(try fixture.ok(set).live == Int64(number))
        }
        set.credential.secret = "provider-secret-one-too-many"
        #expect(refusal(fixture.call(set)) == .tooManyCredentials)
        #expect(try fixture.count("channel_credentials") == Int64(SetChannelCredential.countMax))
        set.credential.secret = "short"
        guard case .fault(let fault) = fixture.call(set) else { throw IntakeFixture.Stopped() }
        #expect(fault.code == .malformed)
        set.workspace = try fixture.openWorkspace("workspace-2")
        set.credential = next
        #expect(refusal(fixture.call(set)) == .unknownChannel)
    }

    @Test func theAddressSaysWhoseItIs() throws {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let credential = WebhookCredential(.bearer, secret: ChannelDoorTests.secret)
        let channel = try fixture.ok(ConnectChannel.sample(workspace, IntakeFixture.whatsapp, credential: credential)).channel
        try fixture.connect(Account(.whatsapp, "100000000000002"), to: try fixture.openWorkspace("workspace-2"))
        func post(_ body: String) throws -> HTTPStatus {
            try self.post(body, to: channel, fixture, "Authorization", "Bearer \(ChannelDoorTests.secret)").status
        }

        // Another tenant's number by this door is nobody's.
        let foreign = WhatsApp.delivery(WhatsApp.messages(WhatsApp.text("hi", id: "wamid.3")), number: "100000000000002")
        #expect(try post(foreign) == .ok)
        #expect(try fixture.outbox().isEmpty)
        #expect(try fixture.quarantine().map(\.reason) == [.unknownChannel])
        // What a provider says of accounts ends nobody else's.
        let ended = try #require(Fixture.all.first { $0.name == "whatsapp/account-account_deleted" })
        fixture.time.advance(milliseconds: 10_000)
        #expect(try post(String(decoding: ended.body, as: UTF8.self).replacing("1767225001", with: "1767225608")) == .ok)
        #expect(try fixture.count("channels WHERE ended_at IS NOT NULL") == 1)
        #expect(try post(body) == .ok)
        #expect(try fixture.outbox().isEmpty && fixture.metric("inbox.ended") == 1)
    }

    /// The flat shape says nothing of whose it is: at the platform's own door it is no delivery.
    @Test func aFlatBodyHasNoPlaceAtThePlatformsDoor() throws {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.whatsapp, to: try fixture.openWorkspace())

        #expect(try fixture.post(flat, to: .whatsapp).status == .ok)

        #expect(try fixture.outbox().isEmpty)
        #expect(try fixture.quarantine().map(\.reason) == [.unreadable])
    }

    @Test(arguments: [
        WebhookCredential(.bearer, secret: "too short"), WebhookCredential(.basic, secret: secret),
        WebhookCredential(.basic, name: "a:b", secret: secret), WebhookCredential(.header, secret: secret),
        WebhookCredential(.header, name: "no header", secret: secret), WebhookCredential(.header, name: "Authorization", secret: secret)
    ])
    func aCredentialThatIsNoneIsNotAgreed(credential: WebhookCredential) throws {
        let fixture = try IntakeFixture()

        let outcome = fixture.call(ConnectChannel.sample(try fixture.openWorkspace(), IntakeFixture.whatsapp, credential: credential))

        guard case .fault(let fault) = outcome else {
            Issue.record("it was taken")
            return
        }
        #expect(fault.code == .malformed)
        #expect(try fixture.count("channels") == 0)
    }
}
