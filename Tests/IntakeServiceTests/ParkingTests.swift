import ConversationStoreContracts
import Domain
import Foundation
import HolderContracts
import IntakeContracts
import Testing

@testable import IntakeService

/// What conversation-store refuses is parked, and holds up nothing.
struct ParkingTests {
    private let fixture: IntakeFixture
    private let workspace: WorkspaceID

    init() throws {
        fixture = try IntakeFixture()
        workspace = try fixture.openWorkspace()
        try fixture.connect(IntakeFixture.instagram, to: workspace)
        fixture.conversations.behave(.isDown)
    }

    private func post(_ range: Range<Int>, from person: String = Instagram.mara) throws {
        for number in range {
            let text = Instagram.text("message \(number)", mid: "mid.\(number)", from: person)
            #expect(try fixture.post(Instagram.delivery(text), to: .instagram).status == .ok)
        }
    }

    /// Lets pauses pass until so many are parked.
    private func pass(untilParked count: Int64) throws {
        for _ in 0..<100_000 {
            if fixture.metric("relay.parked") == count { return }
            fixture.time.advance(milliseconds: 1000)
            sched_yield()
        }
        Issue.record("there were never \(count) parked events")
    }

    private func parked() throws -> [ListQuarantine.Entry] { try fixture.quarantine().filter { $0.reason == .refused } }

    @Test func aPoisonEventIsParkedAndAllOthersArriveInOrder() throws {
        let poison: Set = ["mid.37", "mid.38", "mid.299"]
        try post(0..<300)
        fixture.conversations.waitForAttempts(1)
        #expect(fixture.metric("relay.parked") == 0 && fixture.process.health.isHealthy)

        fixture.conversations.behave(.takesNoBatchWith(poison))
        try pass(untilParked: 3)
        fixture.pass(untilEvents: 297)
        fixture.intake.stop()
        try fixture.settle()

        #expect(fixture.conversations.events.map(\.id) == (0..<300).map { "mid.\($0)" }.filter { !poison.contains($0) })
        #expect(try fixture.outbox().isEmpty)
        #expect(fixture.metric("outbox.rows") == 0)
        #expect(try parked().count == 3)
        #expect(!fixture.process.health.isHealthy)
        #expect(fixture.process.health.report().first { $0.name == "parked" }?.state.isOK == false)
        try fixture.reopen()
        #expect(fixture.metric("relay.parked") == 3)
    }

    /// Nobody's event is to blame where the link is: a store that is down, or that doesn't know us, only delays.
    @Test func whatSaysNothingOfAnEventParksNothing() throws {
        try post(0..<2)
        for behaviour in [FakeConversationStore.Behaviour.forbids, .isDown] {
            fixture.conversations.behave(behaviour)
            let attempts = fixture.conversations.attemptCount
            while fixture.conversations.attemptCount < attempts + 20 {
                fixture.time.advance(milliseconds: 10_000)
                sched_yield()
            }
        }
        try fixture.settle()
        #expect(try parked().isEmpty && fixture.outbox().count == 2)

        // Control: the same two once the store refuses one of them.
        fixture.conversations.behave(.takesNoBatchWith(["mid.0"]))
        try pass(untilParked: 1)
        fixture.pass(untilEvents: 1)
    }

    @Test func aParkedEventIsReleasedOnceTheStoreTakesIt() throws {
        try post(0..<1)
        fixture.conversations.behave(.takesNoBatchWith(["mid.0"]))
        try pass(untilParked: 1)
        let piece = try #require(try parked().first)
        #expect(try fixture.ok(ReadQuarantined(id: piece.id)).text.contains("message 0"))
        // Released too early it is parked again, and not lost.
        #expect(try fixture.ok(ReleaseQuarantined(id: piece.id)).accepted == 1)
        try pass(untilParked: 0)
        try pass(untilParked: 1)

        fixture.conversations.behave(.takes)
        #expect(try fixture.ok(ReleaseQuarantined(id: try #require(try parked().first).id)).accepted == 1)
        fixture.pass(untilEvents: 1)
        try post(0..<1)

        #expect(fixture.conversations.events.map(\.id) == ["mid.0"])
        #expect(fixture.metric("relay.parked") == 0 && fixture.metric("inbox.repeated") == 1)
        #expect(fixture.process.health.isHealthy)
    }

    @Test func anErasureFindsAParkedEventAndKeepsItOutOfARelease() throws {
        try post(0..<1)
        try post(1..<2, from: Instagram.noah)
        fixture.conversations.behave(.takesNoBatchWith(["mid.0", "mid.1"]))
        try pass(untilParked: 2)
        let noahs = try #require(try parked().last)
        let mara = Subject(workspace: workspace, aliases: [Alias(.instagram, .igsid, Instagram.mara)])

        #expect(try fixture.ok(CollectSubject(subject: mara), as: .deletionCoordinator).rows["quarantine"] == 1)
        _ = try fixture.ok(EraseSubject(deletion: DeletionID(rawValue: 1), subject: mara), as: .deletionCoordinator)
        try fixture.settle()
        #expect(try parked().map(\.id) == [noahs.id])
        #expect(fixture.metric("relay.parked") == 1)
        #expect(try fixture.occurrences(of: Instagram.mara) == 0)
        // Noah's tombstone alone, as where his rows were looked for before the event was parked.
        let noah = [Alias(.instagram, .igsid, Instagram.noah)]
        try fixture.erase(noah, on: IntakeFixture.instagram, of: workspace, cutoff: fixture.time.now)
        #expect(try fixture.ok(ReleaseQuarantined(id: noahs.id)).keptOut == 1)
        #expect(try fixture.outbox().isEmpty && parked().isEmpty)
    }

    @Test func aRowThatIsNoEventIsParkedAtOnce() throws {
        try fixture.database.writer.write("damage") { connection in
            let store = IntakeStore()
            let channel = try store.channels(connection)[0]
            try store.enqueue(#"{"kind":"message"#, channel.id, channel.workspace, receivedAt: Timestamp(rawValue: 1), connection)
        }
        fixture.conversations.behave(.takes)
        try post(0..<2)
        try pass(untilParked: 1)
        fixture.pass(untilEvents: 2)

        #expect(fixture.conversations.events.map(\.id) == ["mid.0", "mid.1"])
        let piece = try #require(try parked().first)
        #expect(refusal(fixture.call(ReleaseQuarantined(id: piece.id))) == .stillUnfit)
        #expect(try parked().map(\.id) == [piece.id])
    }

    @Test func aParkedEventExpiresAsAllOfQuarantine() throws {
        try post(0..<1)
        fixture.conversations.behave(.takesNoBatchWith(["mid.0"]))
        try pass(untilParked: 1)
        fixture.time.advance(milliseconds: 7 * 86_400_000)
        try fixture.expire()
        try pass(untilParked: 0)
        #expect(try fixture.quarantine().isEmpty)
    }
}

struct SuspectTests {
    private let one = ChannelID(rawValue: "ch_one")

    /// 256 events and one poison among them, wherever it stands: found in so many batches, and all others taken once.
    @Test func halvingFindsThePoisonInFewBatches() {
        for poison in [0, 1, 100, 127, 128, 255] {
            var lanes = RelayLanes()
            var queue = Array(0..<256)
            var taken: [Int] = []
            var parked: [Int] = []
            var batches = 0
            lanes.arrived([one])
            while !queue.isEmpty {
                let now = lanes.nextDue ?? 0
                #expect(lanes.begin(now: now) == [one])
                let batch = queue.prefix(lanes.batchMax(of: one))
                batches += 1
                if batch.contains(poison) {
                    guard lanes.refused(one, count: batch.count, now: now, jitter: 0) else { continue }
                    parked += batch
                } else {
                    taken += batch
                }
                queue.removeFirst(batch.count)
                lanes.succeeded(one, count: batch.count)
            }
            #expect(parked == [poison])
            #expect(taken == (0..<256).filter { $0 != poison })
            // Eight halvings, what was good beside them, and the pauses before the poison is given up.
            #expect(batches <= 24, "\(batches)")
            #expect(lanes.batchMax(of: one) == AppendEvents.countMax)
        }
    }
}
