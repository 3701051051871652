import Runtime
import TestKit
import Testing

@Suite struct SchedulerTests {
    @Test func manualWorksRunInOrderOfTimeThenOfAsking() {
        let time = ManualTime()
        let ran = Recorder<String>()
        for (delay, name) in [(30, "c"), (10, "a"), (20, "b1"), (20, "b2"), (0, "now")] as [(Int64, String)] {
            time.after(milliseconds: delay) { ran.note("\(name)@\(time.monotonicMilliseconds)") }
        }

        time.advance(milliseconds: 20)
        #expect(ran.notes == ["now@0", "a@10", "b1@20", "b2@20"])
        time.advance(milliseconds: 100)
        #expect(ran.notes.last == "c@30")
        #expect(time.monotonicMilliseconds == 120)
    }

    @Test func aWorkMayAskForAnother() {
        let time = ManualTime()
        let ran = Recorder<Int64>()
        time.after(milliseconds: 5) { time.after(milliseconds: 5) { ran.note(time.monotonicMilliseconds) } }

        time.advance(milliseconds: 9)
        #expect(ran.notes == [])
        time.advance(milliseconds: 1)
        #expect(ran.notes == [10])
    }

    @Test func aCancelledWorkDoesNotRunAndIsLetGo() {
        let time = ManualTime()
        let ran = Recorder<Int>()
        let works = (0..<200).map { number in time.after(milliseconds: Int64(number)) { ran.note(number) } }
        for (number, work) in works.enumerated() where number % 2 == 0 { work.cancel() }
        works[0].cancel()

        #expect(time.waitingCount == 100)
        time.advance(milliseconds: 200)
        #expect(ran.notes == (0..<200).filter { $0 % 2 == 1 })
    }

    @Test func theQueueIsAHeapUnderAnyOrder() {
        var queue = WorkQueue()
        let ran = Recorder<Int64>()
        var state: UInt64 = 1
        for _ in 0..<1000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let due = Int64(state >> 40) % 500
            _ = queue.add(due: due) { ran.note(due) }
        }
        while let work = queue.takeDue(now: 499) { work() }

        #expect(ran.notes.count == 1000)
        #expect(ran.notes == ran.notes.sorted())
        #expect(queue.count == 0 && queue.nextDue() == nil)
    }

    @Test func theSystemsSchedulerKeepsOrderAndTime() {
        let scheduler = SystemScheduler()
        let clock = SystemClock()
        let start = clock.monotonicMilliseconds
        let ran = Recorder<String>()
        let cancelled = scheduler.after(milliseconds: 5) { ran.note("cancelled") }
        scheduler.after(milliseconds: 20) { ran.note("late") }
        scheduler.after(milliseconds: 10) { ran.note("early") }
        scheduler.after(milliseconds: 0) { ran.note("now") }
        cancelled.cancel()

        #expect(ran.wait(count: 3) == ["now", "early", "late"])
        #expect(clock.monotonicMilliseconds - start >= 20)
        scheduler.close()
        #expect(ran.notes.count == 3)
    }

    @Test func theSystemsSchedulerTakesWorkFromManyThreads() {
        let scheduler = SystemScheduler()
        let ran = Recorder<Int>()
        let threads = (0..<4).map { thread in
            scheduler.thread("asker") {
                for number in 0..<250 {
                    scheduler.after(milliseconds: Int64(number % 3)) { ran.note(thread * 250 + number) }
                    scheduler.after(milliseconds: 60_000) { ran.note(-1) }.cancel()
                }
            }
        }
        for thread in threads { thread.join() }

        #expect(ran.wait(count: 1000).sorted() == Array(0..<1000))
        scheduler.close()
    }

    @Test func jitterStaysInItsRange() {
        let system = System.real()
        for _ in 0..<1000 { #expect((0..<1).contains(system.jitter())) }
    }
}
