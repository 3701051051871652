import Runtime
import TestKit
import Testing
import Threads

@Suite struct WorkerTests {
    private let time = ManualTime()
    private let rounds = Recorder<Int64>()

    @Test func aPauseEndsWithItsTimeOrWithAWake() {
        let worker = Worker(time.system(), "worker") { [time, rounds] in
            rounds.note(time.monotonicMilliseconds)
            return .pause(milliseconds: 100)
        }
        worker.start()
        time.waitUntilWaiting(count: 1)
        time.advance(milliseconds: 100)
        #expect(rounds.wait(count: 2) == [0, 100])

        time.waitUntilWaiting(count: 1)
        worker.wake()
        #expect(rounds.wait(count: 3) == [0, 100, 100])
        worker.stop()
        #expect(rounds.notes.count == 3)
        #expect(time.waitingCount == 0)
    }

    @Test func aWakeDuringARoundIsRemembered() {
        let entered = Recorder<Int>()
        let gate = Recorder<Int>()
        let worker = Worker(time.system(), "worker") {
            entered.note(1)
            _ = gate.wait(count: 1)
            return .untilWoken
        }
        worker.start()
        #expect(entered.wait(count: 1).count == 1)
        worker.wake()
        gate.note(1)

        #expect(entered.wait(count: 2).count == 2)
        worker.stop()
        // The control: without a further wake there is no third round.
        #expect(entered.notes.count == 2)
    }

    @Test func aStopWaitsForTheRoundAndBeginsNoOther() {
        let entered = Recorder<Int>()
        let gate = Recorder<Int>()
        let left = Recorder<Int>()
        let worker = Worker(time.system(), "worker") {
            entered.note(1)
            _ = gate.wait(count: 1)
            left.note(1)
            return .again
        }
        worker.start()
        #expect(entered.wait(count: 1).count == 1)
        let stopped = Recorder<Bool>()
        let stopper = Thread("stopper") {
            worker.stop()
            stopped.note(!left.notes.isEmpty)
        }
        #expect(stopped.notes == [])
        gate.note(1)

        #expect(stopped.wait(count: 1) == [true])
        stopper.join()
        let count = entered.notes.count
        worker.wake()
        worker.stop()
        #expect(entered.notes.count == count)
    }

    @Test func aWorkerThatNeverStartedCanBeStopped() {
        Worker(time.system(), "worker") { .untilWoken }.stop()
    }

    @Test func backoffGrowsToItsMaximumAndStartsAnew() {
        var backoff = Backoff(millisecondsMin: 50, millisecondsMax: 300)
        #expect((0..<5).map { _ in backoff.next(jitter: 0) } == [50, 100, 200, 300, 300])
        backoff.reset()
        #expect(backoff.next(jitter: 0.999) == 26)
        var full = Backoff(millisecondsMin: 300, millisecondsMax: 300)
        let system = System.real()
        for _ in 0..<100 { #expect((150...300).contains(full.next(jitter: system.jitter()))) }
    }
}
