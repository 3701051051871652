import Testing

@testable import SQLite

struct BatchPauseTests {
    @Test func aLoneCallerIsNeverWaitedFor() {
        var pause = BatchPause()
        pause.committed(count: 1, queueCount: 0, nanoseconds: 1_000)
        #expect(pause.offer(afterRunning: 1) == nil)
    }

    @Test func whoStoodTogetherIsWaitedForAsLongAsACommitTakes() {
        var pause = BatchPause()
        pause.committed(count: 5, queueCount: 3, nanoseconds: 1_000)
        #expect(pause.offer(afterRunning: 3)?.count == 5)
        #expect(pause.offer(afterRunning: 3)?.nanoseconds == 1_000)
        #expect(pause.offer(afterRunning: 8) == nil)

        pause.waited(nanoseconds: 400, inVain: false)
        #expect(pause.offer(afterRunning: 7)?.nanoseconds == 600)
        pause.waited(nanoseconds: 700, inVain: false)
        #expect(pause.offer(afterRunning: 7)?.nanoseconds == 0)
    }

    @Test func aSlowCommitIsNotWaitedForInFull() {
        var pause = BatchPause()
        pause.committed(count: 2, queueCount: 2, nanoseconds: .max)
        #expect(pause.offer(afterRunning: 2)?.nanoseconds == BatchPause.nanosecondsMax)
    }

    @Test func whoDidNotComeIsNotWaitedForSoonAgain() {
        var pause = BatchPause()
        pause.committed(count: 2, queueCount: 2, nanoseconds: 1_000)
        pause.waited(nanoseconds: 1_000, inVain: true)
        pause.committed(count: 2, queueCount: 2, nanoseconds: 1_000)
        for _ in 0..<BatchPause.restCount {
            #expect(pause.offer(afterRunning: 2)?.nanoseconds == 0)
            pause.committed(count: 2, queueCount: 2, nanoseconds: 1_000)
        }
        #expect(pause.offer(afterRunning: 2)?.nanoseconds == 1_000)
    }
}
