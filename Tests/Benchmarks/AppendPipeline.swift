import ConversationStoreContracts
import Net
import Threads
import Wire

/// Keeps so many requests under way over one connection until all are answered.
final class AppendPipeline: @unchecked Sendable {  // `next`, `answered`, `stored` and `failure` are guarded by `lock`.
    private let client: MeshClient
    private let requests: [AppendEvents]
    private let lock = Lock()
    private let isOver: Condition
    private var next = 0
    private var answered = 0
    private var stored: Int64 = 0
    private var failure: String?

    init(_ client: MeshClient, _ requests: [AppendEvents]) {
        self.client = client
        self.requests = requests
        isOver = Condition(lock)
    }

    /// Nanoseconds from the first request to the last answer. Throws when an answer is none, or not every event was stored.
    func run(inFlight: Int) throws -> Int64 {
        let start = MonotonicTime.nanoseconds
        FlushScope.run { for _ in 0..<inFlight { sendNext() } }
        lock.withLock { while answered < next || next < requests.count && failure == nil { isOver.wait() } }
        let taken = MonotonicTime.nanoseconds - start
        let expected = requests.reduce(0) { $0 + $1.events.count }
        guard failure == nil, stored == expected else {
            throw BenchmarkFailure("conversations.append stored \(stored) of \(expected): \(failure ?? "the others were known")")
        }
        return taken
    }

    private func sendNext() {
        let index: Int? = lock.withLock {
            guard next < requests.count, failure == nil else { return nil }
            defer { next += 1 }
            return next
        }
        guard let index else { return }
        client.call(requests[index]) { [self] outcome in
            sendNext()
            finish(outcome)
        }
    }

    private func finish(_ outcome: Outcome<AppendEvents>) {
        lock.withLock {
            answered += 1
            if case .ok(let response) = outcome { stored += response.stored } else { failure = "\(outcome)" }
            if answered == next { isOver.signal() }
        }
    }
}
