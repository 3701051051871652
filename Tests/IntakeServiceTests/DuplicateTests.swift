import ConversationStoreContracts
import Domain
import Runtime
import Testing

@testable import IntakeService

struct DuplicateTests {
    private let text = Instagram.text("hello", mid: "mid.1")

    private func fixture() throws -> IntakeFixture {
        let fixture = try IntakeFixture()
        let workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        try fixture.connect(IntakeFixture.whatsapp, to: workspace)
        return fixture
    }

    @Test func anEventThatStandsTwiceInOneDeliveryIsStoredOnce() throws {
        let fixture = try fixture()

        #expect(try fixture.post(Instagram.delivery(text, text), to: .instagram).status == .ok)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        #expect(fixture.metric("inbox.repeated") == 1)
    }

    @Test func aRepeatedDeliveryIsStoredOnceAlsoAfterARestart() throws {
        let fixture = try fixture()
        _ = try fixture.post(Instagram.delivery(text), to: .instagram)

        #expect(try fixture.post(Instagram.delivery(text), to: .instagram).status == .ok)
        try fixture.reopen()
        #expect(try fixture.post(Instagram.delivery(text), to: .instagram).status == .ok)

        #expect(try fixture.outbox().map(\.id) == ["mid.1"])
        // Control: another event is another event.
        _ = try fixture.post(Instagram.delivery(Instagram.text("hello", mid: "mid.2")), to: .instagram)
        #expect(try fixture.outbox().map(\.id) == ["mid.1", "mid.2"])
    }

    @Test func aRepeatIsKnownAfterItsFirstHasGoneToTheStore() throws {
        let fixture = try fixture()
        fixture.conversations.behave(.takes)
        _ = try fixture.post(Instagram.delivery(text), to: .instagram)
        fixture.conversations.waitForEvents(1)

        _ = try fixture.post(Instagram.delivery(text), to: .instagram)
        fixture.close()

        #expect(fixture.conversations.events.map(\.id) == ["mid.1"])
    }

    @Test func eachStatusOfAMessageIsStoredOnce() throws {
        let fixture = try fixture()
        let statuses = ["read", "delivered", "sent", "read", "delivered"].map { WhatsApp.status($0, of: "wamid.1") }

        for status in statuses { _ = try fixture.post(WhatsApp.delivery(WhatsApp.statuses(status)), to: .whatsapp) }

        #expect(try fixture.outbox().map(\.status) == [.read, .delivered, .sent])
    }

    @Test func aThousandUpdatesInOneDeliveryAreTakenWhole() throws {
        let fixture = try fixture()
        let events = (0..<1000).map { Instagram.text("message \($0)", mid: "mid.\($0)", from: "\(6_200_000_000_000_000 + $0 % 50)") }

        #expect(try fixture.post(Instagram.delivery(events), to: .instagram).status == .ok)

        #expect(try fixture.outbox().map(\.id) == (0..<1000).map { "mid.\($0)" })
    }

    /// As large as a platform posts: 3 MB, 1000 updates, of three customers; one of them broken, one for nobody.
    @Test func oneDeliveryHoldsAThousandUpdatesOfSeveralCustomers() throws {
        let fixture = try IntakeFixture()
        let accounts = (0..<3).map { Account(.instagram, "1784140000000000\($0)") }
        for (index, account) in accounts.enumerated() { try fixture.connect(account, to: try fixture.openWorkspace("workspace-\(index)")) }
        let padding = String(repeating: "long ", count: 560)
        let events = (0..<1000).map { number -> String in
            let ends = #""sender":{"id":"620000000000\#(1000 + number % 50)"},"recipient":{"id":"\#(accounts[number % 3].id)"}"#
            return number == 500
                ? #"{"sender":{"odd":1},"padding":"\#(padding)"}"#
                : #"{\#(ends),"timestamp":\#(Instagram.sentAt),"message":{"mid":"mid.\#(number)","text":"\#(padding)"}}"#
        }
        let entries = accounts.indices.map { index in
            Instagram.entry(events.enumerated().filter { $0.offset % 3 == index }.map(\.element), to: accounts[index].id)
        }
        let stranger = Instagram.entry([Instagram.text("who", mid: "mid.x")], to: "17841400000000099")
        let body = #"{"object":"instagram","entry":[\#((entries + [stranger]).joined(separator: ","))]}"#
        #expect((2_900_000...3 * 1024 * 1024).contains(body.utf8.count))

        for _ in 0..<2 { #expect(try fixture.post(body, to: .instagram).status == .ok) }

        #expect(try Set(fixture.outbox().map(\.id)) == Set((0..<1000).filter { $0 != 500 }.map { "mid.\($0)" }))
        #expect(try fixture.count("outbox") == 999)
        #expect(try fixture.quarantine().map(\.reason) == [.unsupported, .unknownChannel])
        let workspaces = try fixture.database.read { try $0.first("SELECT count(DISTINCT workspace) FROM outbox") { $0.int(0) } }
        #expect(workspaces == 3)
        // Seven days later the platform still repeats.
        fixture.time.advance(milliseconds: 7 * 86_400_000)
        try fixture.expire()
        #expect(try fixture.post(body, to: .instagram).status == .ok)
        #expect(try fixture.count("outbox") == 999)
        #expect(fixture.metric("inbox.repeated") == 2 * 999)
    }

    @Test func keysAreForgottenWhenNoRepeatCanCome() throws {
        let fixture = try fixture()
        let timeless = Instagram.event(#""message":{"mid":"mid.2","text":"when"}"#, at: 0)
        _ = try fixture.post(Instagram.delivery(text, timeless), to: .instagram)
        _ = try fixture.post("not JSON", to: .instagram)
        #expect(try fixture.keyCount() == 3)

        fixture.time.advance(milliseconds: 29 * 86_400_000)
        try fixture.expire()
        #expect(try fixture.keyCount() == 3)
        fixture.time.advance(milliseconds: 3 * 86_400_000)
        try fixture.expire()

        #expect(try fixture.keyCount() == 0)
    }

    /// It is kept by the day of its receipt, and its repeats come on later days.
    @Test func whatStatesNoTimeIsKnownForAsLongAsPlatformsRepeat() throws {
        let fixture = try fixture()
        let timeless = Instagram.delivery(Instagram.event(#""message":{"mid":"mid.2","text":"when"}"#, at: 0))
        for _ in 0..<8 {
            _ = try fixture.post(timeless, to: .instagram)
            _ = try fixture.post("not JSON", to: .instagram)
            fixture.time.advance(milliseconds: 86_400_000)
        }

        #expect(try fixture.count("outbox") == 1 && fixture.keyCount() == 2)
        #expect(fixture.metric("inbox.repeated") == 7 && fixture.metric("inbox.quarantined") == 1)
    }

    /// Whatever way a platform cuts its events into deliveries, and however often it repeats them, each is stored exactly once.
    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func anyCuttingOfEventsIntoDeliveriesGivesEachOnce(seed: UInt64) throws {
        let fixture = try fixture()
        var random = Seeded(seed)
        let events = (0..<60).map { DuplicateTests.event($0, &random) }
        var deliveries: [(Platform, String)] = []
        var next = 0
        while next < events.count {
            var portion = Array(events[next..<min(events.count, next + Int.random(in: 1...9, using: &random))])
            next += portion.count
            // Repeats within the delivery, and from any earlier one.
            portion += (0..<Int.random(in: 0...4, using: &random)).map { _ in events[Int.random(in: 0..<next, using: &random)] }
            portion.shuffle(using: &random)
            deliveries += DuplicateTests.deliveries(portion)
            if Int.random(in: 0..<3, using: &random) == 0, let again = deliveries.randomElement(using: &random) { deliveries.append(again) }
        }
        deliveries.shuffle(using: &random)

        for (index, delivery) in deliveries.enumerated() {
            #expect(try fixture.post(delivery.1, to: delivery.0).status == .ok)
            if index == deliveries.count / 2 { try fixture.reopen() }
        }

        let stored = try fixture.outbox().map { "\($0.kind) \($0.id) \($0.status?.rawValue ?? "")" }
        #expect(stored.sorted() == events.map(\.expected).sorted())
    }

    private struct Planned {
        let platform: Platform
        let json: String
        let expected: String
    }

    private static func event(_ number: Int, _ random: inout Seeded) -> Planned {
        let person = String(6_200_000_000_000_000 + Int.random(in: 0..<5, using: &random))
        switch Int.random(in: 0..<5, using: &random) {
        case 0:
            return Planned(
                platform: .instagram, json: Instagram.text("t", mid: "mid.\(number)", from: person), expected: "message mid.\(number) ")
        case 1:
            return Planned(
                platform: .instagram, json: Instagram.echo("e", mid: "mid.\(number)", to: person), expected: "echo mid.\(number) ")
        case 2:
            let content = #""message":{"mid":"mid.\#(number)","attachments":[{"type":"image"}]}"#
            return Planned(platform: .instagram, json: Instagram.event(content, from: person), expected: "message mid.\(number) ")
        case 3: return Planned(platform: .whatsapp, json: WhatsApp.text("w", id: "wamid.\(number)"), expected: "message wamid.\(number) ")
        default:
            return Planned(
                platform: .whatsapp, json: WhatsApp.status("sent", of: "wamid.\(number)"), expected: "status wamid.\(number) sent")
        }
    }

    private static func deliveries(_ events: [Planned]) -> [(Platform, String)] {
        let instagram = events.filter { $0.platform == .instagram }.map(\.json)
        let messages = events.filter { $0.expected.hasPrefix("message wamid") }.map(\.json)
        let statuses = events.filter { $0.expected.hasPrefix("status") }.map(\.json)
        let value = #""messages":[\#(messages.joined(separator: ","))],"statuses":[\#(statuses.joined(separator: ","))]"#
        return (instagram.isEmpty ? [] : [(.instagram, Instagram.delivery(instagram))])
            + (messages.isEmpty && statuses.isEmpty ? [] : [(.whatsapp, WhatsApp.delivery(value))])
    }
}

/// The same numbers for the same seed. Source: Vigna's SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}
