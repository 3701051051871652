import ConversationStoreContracts
import Domain
import Testing

@testable import IntakeService

struct RelayTests {
    private func fixture() throws -> IntakeFixture {
        let fixture = try IntakeFixture()
        try fixture.connect(IntakeFixture.instagram, to: try fixture.openWorkspace())
        return fixture
    }

    private func post(_ range: Range<Int>, to fixture: IntakeFixture) throws {
        for number in range {
            let text = Instagram.text("message \(number)", mid: "mid.\(number)")
            #expect(try fixture.post(Instagram.delivery(text), to: .instagram).status == .ok)
        }
    }

    @Test func whatTheStoreTookIsDeletedAndNothingElse() throws {
        let fixture = try fixture()
        try post(0..<1, to: fixture)
        fixture.conversations.waitForAttempts(1)
        // These come while the first batch is under way.
        try post(1..<3, to: fixture)

        #expect(try fixture.outbox().count == 3)
        fixture.conversations.takeHeld()
        // The second batch is read when the first has been deleted.
        fixture.conversations.waitForAttempts(2)

        #expect(fixture.conversations.events.map(\.id) == ["mid.0"])
        #expect(try fixture.outbox().map(\.id) == ["mid.1", "mid.2"])
    }

    @Test func aStoreThatIsDownOnlyDelays() throws {
        let fixture = try fixture()
        fixture.conversations.behave(.isDown)
        try post(0..<300, to: fixture)
        fixture.conversations.waitForAttempts(1)
        try fixture.settle()
        #expect(try fixture.outbox().count == 300)

        fixture.conversations.behave(.takes)
        fixture.pass(untilEvents: 300)
        fixture.intake.stop()
        try fixture.settle()

        #expect(fixture.conversations.events.map(\.id) == (0..<300).map { "mid.\($0)" })
        #expect(fixture.conversations.requests.allSatisfy { $0.events.count <= AppendEvents.countMax })
        #expect(try fixture.outbox().isEmpty)
        #expect(fixture.metric("outbox.rows") == 0)
    }

    @Test func aLostAnswerIsAskedAgainWithTheSameKey() throws {
        let fixture = try fixture()
        fixture.conversations.behave(.takesWithoutAnswer)
        try post(0..<1, to: fixture)
        fixture.conversations.waitForEvents(1)
        fixture.conversations.behave(.takes)

        fixture.pass(untilEvents: 2)

        #expect(Set(fixture.conversations.requests.map(\.key)).count == 1)
        #expect(fixture.conversations.events.map(\.id) == ["mid.0", "mid.0"])
    }

    @Test func whatWaitedAtARestartIsSentOn() throws {
        let fixture = try fixture()
        fixture.conversations.behave(.isDown)
        try post(0..<2, to: fixture)

        fixture.conversations.behave(.takes)
        try fixture.reopen()
        fixture.conversations.waitForEvents(2)

        #expect(fixture.conversations.events.map(\.id) == ["mid.0", "mid.1"])
    }

    @Test func eventsOfATerminatedWorkspaceAreDroppedAndCounted() throws {
        let fixture = try fixture()
        fixture.conversations.behave(.refuses)

        try post(0..<1, to: fixture)
        fixture.conversations.waitForAttempts(1)
        fixture.intake.stop()
        try fixture.settle()

        #expect(try fixture.outbox().isEmpty)
        #expect(fixture.metric("relay.dropped") == 1)
    }

    @Test func anOutboxThatWaitsTooLongIsSeen() throws {
        let fixture = try fixture()
        try post(0..<1, to: fixture)
        fixture.conversations.waitForAttempts(1)
        #expect(fixture.process.health.isHealthy)

        fixture.time.advance(milliseconds: Relay.healthyMilliseconds + 1)

        #expect(!fixture.process.health.isHealthy)
        #expect(fixture.metric("outbox.rows") == 1)
        #expect(fixture.metric("outbox.oldest.milliseconds") > Relay.healthyMilliseconds)
    }

    @Test func aBatchKeepsBelowItsBytes() throws {
        let fixture = try fixture()
        let long = String(repeating: "x", count: 60_000)
        for number in 0..<40 { _ = try fixture.post(Instagram.delivery(Instagram.text(long, mid: "mid.\(number)")), to: .instagram) }
        fixture.conversations.behave(.takes)

        fixture.conversations.waitForEvents(40)

        #expect(fixture.conversations.events.map(\.id) == (0..<40).map { "mid.\($0)" })
        #expect(fixture.conversations.requests.allSatisfy { $0.events.count <= 18 })
    }
}

struct RelayLanesTests {
    private let one = ChannelID(rawValue: "ch_one")
    private let two = ChannelID(rawValue: "ch_two")

    @Test func aChannelHasOneBatchUnderWay() {
        var lanes = RelayLanes()
        lanes.arrived([one, two])
        #expect(lanes.begin(now: 0) == [one, two])

        lanes.arrived([one])
        #expect(lanes.begin(now: 0).isEmpty)
        lanes.succeeded(one, count: 1)
        #expect(lanes.begin(now: 0) == [one])
    }

    @Test func whatCameWhileAnEmptyReadWasUnderWayIsNotSleptThrough() {
        var lanes = RelayLanes()
        lanes.arrived([one, two])
        _ = lanes.begin(now: 0)
        lanes.arrived([one])

        lanes.foundEmpty(one)
        lanes.foundEmpty(two)

        #expect(lanes.begin(now: 0) == [one])
    }

    @Test func aFailedChannelPausesLongerEachTimeAndHoldsUpNobody() {
        var lanes = RelayLanes()
        lanes.arrived([one])
        var pauses: [Int64] = []
        for _ in 0..<10 {
            let now = lanes.nextDue ?? 0
            #expect(lanes.begin(now: now) == [one])
            lanes.failed(one, now: now, jitter: 0)
            pauses.append((lanes.nextDue ?? 0) - now)
        }
        lanes.arrived([one, two])

        #expect(pauses == pauses.sorted())
        #expect(pauses.last == 5000)
        #expect(lanes.begin(now: 0) == [two])
    }

    @Test func noMoreThanTheMaximumIsUnderWay() {
        var lanes = RelayLanes()
        let channels = (0..<RelayLanes.inFlightMax + 3).map { ChannelID(rawValue: "ch_\($0)") }
        lanes.arrived(channels)

        #expect(lanes.begin(now: 0).count == RelayLanes.inFlightMax)
        #expect(lanes.begin(now: 0).isEmpty)
        lanes.succeeded(channels[0], count: 1)
        // Who has waited longest goes first.
        #expect(lanes.begin(now: 0) == [channels[RelayLanes.inFlightMax]])
    }
}

struct RelayPaceTests {
    @Test func itRestsAsLongAsItWorkedAndNeverLongerThanTheLimit() {
        var pace = RelayPace()
        #expect(pace.rest(now: 0) == nil && !pace.isResting)
        pace.begin(now: 100)
        pace.end(now: 108)

        #expect(pace.rest(now: 108) == 8 && pace.isResting)
        #expect(pace.rest(now: 115) == 1)
        #expect(pace.rest(now: 116) == nil && !pace.isResting)

        pace.begin(now: 200)
        pace.end(now: 5_000)
        #expect(pace.rest(now: 5_000) == RelayPace.restMillisecondsMax)
    }

    @Test func whoIsBehindDoesNotRest() {
        var pace = RelayPace()
        pace.begin(now: 100)
        pace.fallBehind()
        pace.end(now: 108)
        #expect(pace.rest(now: 108) == nil)

        // Control: the next round took all.
        pace.begin(now: 108)
        pace.end(now: 110)
        #expect(pace.rest(now: 110) == 2)
    }
}
