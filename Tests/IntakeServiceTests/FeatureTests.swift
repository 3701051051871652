import Domain
import IntakeContracts
import Testing

@testable import IntakeService

/// What a channel takes in only where its customer turned it on, and what no channel ever does.
struct FeatureTests {
    private static let gated = Fixture.all.filter { $0.needs != nil }

    private func connected(_ platform: Platform) throws -> (IntakeFixture, SetChannelFeatures) {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        let channel = try fixture.connect(platform == .instagram ? IntakeFixture.instagram : IntakeFixture.whatsapp, to: workspace)
        return (fixture, SetChannelFeatures(workspace: workspace, channel: channel, features: []))
    }

    @Test(arguments: gated)
    func aFeatureThatIsOffTakesNothingIn(shape: Fixture) throws {
        var (fixture, set) = try connected(shape.platform)
        let body = String(decoding: shape.body, as: UTF8.self)

        #expect(try fixture.post(body, to: shape.platform).status == .ok)
        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
        #expect(fixture.metric("inbox.featureOff") == Int64(shape.updates.count))

        // Another feature is no help; the right one lets the same delivery in: nothing of it was remembered.
        set.features = ChannelFeature.allCases.filter { $0 != shape.needs }
        _ = try fixture.ok(set)
        _ = try fixture.post(body, to: shape.platform)
        #expect(try fixture.outbox().isEmpty)
        set.features = [try #require(shape.needs)]
        _ = try fixture.ok(set)
        try fixture.reopen()
        _ = try fixture.post(body, to: shape.platform)
        #expect(try fixture.outbox().count == shape.updates.count)
    }

    /// Content that the customer never asked for is not kept because it came in an odd shape.
    @Test(arguments: [
        (Platform.instagram, ChannelFeature.comments, #"{"field":"comments","value":{"id":"17960000000000005","text":"odd words"}}"#),
        (.whatsapp, .history, WhatsApp.change(WhatsApp.messages(WhatsApp.text("odd words", id: "wamid.1")), field: "history")),
        (.whatsapp, .history, WhatsApp.change(#""history":[{"threads":{"id":"1","text":"odd words"}}]"#, field: "history")),
        (.whatsapp, .history, WhatsApp.change(#""history":[{"threads":[{"id":"1","text":"odd words"}]}]"#, field: "history")),
        (.whatsapp, .history, WhatsApp.change(#""history":[{"errors":[{"code":1}],"chats":["odd words"]}]"#, field: "history"))
    ])
    func whatIsOddOfAFeatureThatIsOffIsNotKeptEither(platform: Platform, feature: ChannelFeature, change: String) throws {
        var (fixture, set) = try connected(platform)
        let (object, id) = platform == .instagram ? ("instagram", Instagram.business) : ("whatsapp_business_account", "200000000000001")
        let body = #"{"object":"\#(object)","entry":[{"id":"\#(id)","time":1767225000,"changes":[\#(change)]}]}"#

        #expect(try fixture.post(body, to: platform).status == .ok)

        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
        #expect(try fixture.occurrences(of: "odd words") == 0)
        #expect(fixture.metric("inbox.featureOff") == 1)
        // Control: with the feature on nothing of it is lost.
        set.features = [feature]
        _ = try fixture.ok(set)
        _ = try fixture.post(body, to: platform)
        #expect(try fixture.outbox().count + fixture.quarantine().count == 1)
        #expect(try fixture.occurrences(of: "odd words") > 0)
    }

    @Test func strangersAddressBooksAreRefusedAndCounted() throws {
        let (fixture, _) = try connected(.whatsapp)
        let shape = try #require(Fixture.all.first { $0.name == "whatsapp/address-book" })

        #expect(try fixture.post(String(decoding: shape.body, as: UTF8.self), to: .whatsapp).status == .ok)

        #expect(fixture.metric("inbox.addressBook") == 2)
        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
        #expect(try fixture.occurrences(of: "491510000099") == 0)
    }

    @Test func theDashboardsTestIsAboutNobodysAccount() throws {
        let (fixture, _) = try connected(.instagram)
        let shape = try #require(Fixture.all.first { $0.name == "instagram/dashboard-test" })

        let ofComments =
            #"{"object":"instagram","entry":[{"id":"0","time":1767225000,"changes":[{"field":"comments","value":{"id":"17960000000000005","from":{"id":"232323","username":"test"},"text":"an example"}}]}]}"#

        #expect(try fixture.post(String(decoding: shape.body, as: UTF8.self), to: .instagram).status == .ok)
        #expect(try fixture.post(ofComments, to: .instagram).status == .ok)

        #expect(fixture.metric("inbox.tests") == 2)
        #expect(try fixture.outbox().isEmpty && fixture.quarantine().isEmpty)
    }
}
