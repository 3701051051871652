import Runtime
import Testing

@Suite struct HealthTests {
    @Test func oneDegradedCheckMakesTheServiceUnhealthy() {
        let health = Health()
        let isBehind = Recorder<Bool>()
        health.register("relay") { isBehind.notes.isEmpty ? .ok() : .degraded("behind") }
        health.register("facts") { .ok("fresh") }

        #expect(health.isHealthy)
        isBehind.note(true)
        #expect(!health.isHealthy)
        #expect(health.report().map { "\($0.name) \($0.state.isOK) \($0.state.word)" } == ["relay false behind", "facts true fresh"])
    }

    @Test func countersGaugesAndObservedNumbersAreOneMap() {
        let metrics = Metrics()
        let accepted = metrics.counter("webhooks.accepted")
        accepted.add(2)
        metrics.counter("webhooks.accepted").add()
        metrics.gauge("outbox.rows").set(9)
        metrics.gauge("outbox.rows").set(4)
        metrics.observe("answer") { 42 }

        #expect(metrics.snapshot() == ["webhooks.accepted": 3, "outbox.rows": 4, "answer": 42])
    }

    @Test func countingFromManyThreadsLosesNothing() {
        let metrics = Metrics()
        let scheduler = SystemScheduler()
        let threads = (0..<4).map { _ in
            scheduler.thread("counter") { for _ in 0..<10_000 { metrics.counter("hits").add() } }
        }
        for thread in threads { thread.join() }

        #expect(metrics.snapshot()["hits"] == 40_000)
    }
}
