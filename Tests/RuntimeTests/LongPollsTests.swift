import Runtime
import TestKit
import Testing

@Suite struct LongPollsTests {
    private let time = ManualTime()
    private let resumed = Recorder<Int>()

    @Test func aWakeResumesEveryoneOnceInOrder() {
        let polls = LongPolls(time.system(), name: "polls")
        for number in 0..<3 { polls.hold(since: polls.mark(), milliseconds: 1000) { [resumed] in resumed.note(number) } }
        #expect(resumed.notes == [] && polls.count == 3)

        polls.wake()
        #expect(resumed.wait(count: 3) == [0, 1, 2])
        #expect(time.waitingCount == 0)
        time.advance(milliseconds: 2000)
        polls.stop()
        #expect(resumed.notes.count == 3)
    }

    @Test func withoutNewsTheTimeOutResumes() {
        let polls = LongPolls(time.system(), name: "polls")
        polls.hold(since: polls.mark(), milliseconds: 1000) { [resumed] in resumed.note(1) }

        time.advance(milliseconds: 999)
        #expect(polls.count == 1)
        time.advance(milliseconds: 1)
        #expect(resumed.wait(count: 1) == [1])
        polls.wake()
        polls.stop()
        #expect(resumed.notes == [1])
    }

    @Test func newsBetweenTheLookAndTheHoldAreNotSleptThrough() {
        let polls = LongPolls(time.system(), name: "polls")
        let mark = polls.mark()
        polls.wake()
        polls.hold(since: mark, milliseconds: 60_000) { [resumed] in resumed.note(1) }

        #expect(resumed.wait(count: 1) == [1])
        // The control: with a mark taken after the news it is held.
        polls.hold(since: polls.mark(), milliseconds: 60_000) { [resumed] in resumed.note(2) }
        #expect(polls.count == 1)
        polls.stop()
        #expect(resumed.notes == [1, 2])
    }

    @Test func pastTheMaximumAndAfterTheStopItIsResumedAtOnce() {
        let polls = LongPolls(time.system(), name: "polls", countMax: 2)
        for number in 0..<3 { polls.hold(since: polls.mark(), milliseconds: 1000) { [resumed] in resumed.note(number) } }
        #expect(resumed.notes == [2])

        polls.stop()
        #expect(resumed.notes == [2, 0, 1])
        polls.hold(since: polls.mark(), milliseconds: 1000) { [resumed] in resumed.note(3) }
        #expect(resumed.notes == [2, 0, 1, 3])
    }

    @Test func wakesTimeOutsAndTheStopRaceAndStillEachIsResumedOnce() {
        let scheduler = SystemScheduler()
        let real = System.real()
        let polls = LongPolls(System(clock: real.clock, scheduler: scheduler, random: real.random), name: "polls", countMax: 64)
        let holders = (0..<4).map { thread in
            scheduler.thread("holder") { [resumed] in
                for number in 0..<500 {
                    polls.hold(since: polls.mark(), milliseconds: Int64(number % 3)) { resumed.note(thread * 500 + number) }
                }
            }
        }
        let waker = scheduler.thread("waker") { for _ in 0..<2000 { polls.wake() } }
        for thread in holders + [waker] { thread.join() }
        polls.stop()
        scheduler.close()

        #expect(resumed.notes.sorted() == Array(0..<2000))
        #expect(polls.count == 0)
    }
}
