import ConversationStoreContracts
import Domain
import IntakeContracts
import Testing
import Wire

@testable import ConversationStoreService

/// What connectors fetch: people's public profiles, and numbers about accounts.
@Suite struct ProfileTests {
    private let store: StoreFixture
    private static let picture = "https://cdn.example/ada-sample"

    init() throws {
        store = try StoreFixture()
        try store.know([
            AccessFact(.workspaceOpened, shop, instructions: Instructions(), at: noon),
            AccessFact(.channelConnected, shop, channel: line.id, account: line.account, at: noon),
            AccessFact(.peerAdded, shop, peer: PeerRegistration("shop-connector", .connector), at: noon)
        ])
    }

    private func call<R: Request>(_ request: R) -> Outcome<R> {
        LocalTransport(store.process.router, as: .connector, name: "shop-connector").call(request)
    }

    private func isOK<R: Request>(_ outcome: Outcome<R>) -> Bool { if case .ok = outcome { true } else { false } }
    private func refusal<R: Request>(_ outcome: Outcome<R>) -> R.Refusal? {
        if case .refused(let reason, _) = outcome { reason } else { nil }
    }

    private func profile(at time: Timestamp = noon) -> RecordProfile {
        var profile = RecordProfile(workspace: shop, channel: line.id, person: adasPhone, fetchedAt: time)
        profile.name = "Ada of the Lamps"
        profile.username = "ada.lamps"
        profile.pictureURL = ProfileTests.picture
        profile.followers = 412
        return profile
    }

    private func participant() throws -> Participant { try #require(try store.list().first).participant }

    @Test func aProfileIsShownWithItsPerson() throws {
        try store.append(message("m1"))
        #expect(isOK(call(profile(at: noon.adding(seconds: 60)))))

        let listed = try participant()
        #expect(listed.name == "Ada of the Lamps" && listed.pictureURL == ProfileTests.picture && listed.followers == 412)
        #expect(listed.aliases.contains(Alias(.whatsapp, .username, "ada.lamps")))
        #expect(try store.read(try store.list()[0].id).participant == listed)
        #expect(ContactMask.masked(listed).pictureURL == nil && ContactMask.masked(listed).followers == 412)
    }

    @Test func whatIsLeftOutStaysAndWhatIsOlderChangesNothing() throws {
        try store.append(message("m1"))
        _ = call(profile(at: noon.adding(seconds: 60)))
        var late = profile(at: noon.adding(seconds: 30))
        late.name = "Ada before"
        late.username = "ada.before"
        late.followers = 1
        #expect(isOK(call(late)))
        var news = RecordProfile(workspace: shop, channel: line.id, person: adasPhone, fetchedAt: noon.adding(seconds: 90))
        news.followers = 413
        #expect(isOK(call(news)))

        let person = try participant()
        #expect(person.name == "Ada of the Lamps" && person.pictureURL == ProfileTests.picture && person.followers == 413)
        #expect(person.aliases.filter { $0.kind == .username }.map(\.value) == ["ada.lamps"])
    }

    @Test func onlyWhoWroteHasAProfile() throws {
        #expect(refusal(call(profile())) == .unknownParticipant)
        try store.append(message("m1"))
        var other = profile()
        other.channel = ChannelID(rawValue: "ch_else")
        #expect(refusal(call(other)) == .unknownChannel)
        other = profile()
        other.person = Alias(.whatsapp, .username, "ada.lamps")
        guard case .fault(let fault) = call(other) else { throw Unexpected(text: "a username was taken for a person") }
        #expect(fault.code == .malformed)
        try store.know([AccessFact(.channelEnded, shop, channel: line.id, account: line.account, at: noon)])
        #expect(refusal(call(profile())) == .channelEnded)
        #expect(try store.rows("profiles") == 0)
    }

    @Test func aProfileGoesWithItsPersonAndStaysOut() throws {
        try store.append(message("m1"), message("m2", from: ben))
        _ = call(profile())
        var bens = profile()
        bens.person = bensPhone
        bens.username = "ben.example"
        bens.pictureURL = "https://cdn.example/ben"
        _ = call(bens)
        #expect(try store.filesHold(ProfileTests.picture))
        store.clock.now = noon.adding(seconds: 60)

        #expect(try store.erase(adasPhone).rows["profiles"] == 1)
        #expect(try !store.filesHold(ProfileTests.picture) && !store.filesHold("ada.lamps"))
        #expect(refusal(call(profile())) == .personErased)
        #expect(refusal(call(profile(at: noon.adding(seconds: 61)))) == .unknownParticipant)
        // Control: nobody else loses theirs.
        #expect(try participant().pictureURL == "https://cdn.example/ben")
    }

    // MARK: Insights

    private func reach(_ value: Int64, day: Int64 = 0, media: String? = nil) -> Insight {
        Insight("reach", media: media, value: value, since: noon.adding(days: day), until: noon.adding(days: day + 1))
    }

    private func record(_ insights: [Insight]) -> Outcome<RecordInsights> {
        call(RecordInsights(workspace: shop, channel: line.id, insights: insights))
    }

    private func read(_ workspace: WorkspaceID = shop, days: Int64 = 30, metric: String? = nil, offset: Int64 = 0) throws -> [Insight] {
        let until = noon.adding(days: days)
        return try store.insights(
            ReadInsights(workspace: workspace, channel: line.id, since: noon, until: until, metric: metric, offset: offset))
    }

    @Test func insightsComeOnlyWhereTheyAreOn() throws {
        #expect(refusal(record([reach(10)])) == .featureOff)
        #expect(try store.rows("insights") == 0)
        try store.know([AccessFact(.channelFeatures, shop, channel: line.id, features: [.comments, .history], at: noon)])
        #expect(refusal(record([reach(10)])) == .featureOff)

        try store.know([AccessFact(.channelFeatures, shop, channel: line.id, features: [.insights], at: noon)])
        #expect(isOK(record([reach(10)])))
        #expect(try read() == [reach(10)])
    }

    @Test func insightsAreReadByTheirTimes() throws {
        try store.know([AccessFact(.channelFeatures, shop, channel: line.id, features: [.insights], at: noon)])
        let views = Insight("views", value: 7, since: noon, until: noon.adding(days: 1))
        let medium = reach(3, media: "17970000000000001")
        #expect(isOK(record([reach(10), reach(11, day: 1), views, medium])))
        // The same number again takes the former's place.
        #expect(isOK(record([reach(12)])))

        #expect(try read() == [reach(12), medium, views, reach(11, day: 1)])
        #expect(try read(days: 1) == [reach(12), medium, views])
        #expect(try read(metric: "views") == [views])
        #expect(try read(offset: 3) == [reach(11, day: 1)])
        #expect(try read(WorkspaceID(rawValue: "ws_else")) == [])
    }
}
