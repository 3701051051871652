import ConversationStoreContracts
import Domain
import Glibc
import HandoffContextContracts
import Threads
import Wire

/// A context over TCP with the whole mesh running, and how soon a signed webhook is in one.
struct ContextBenchmark: Benchmark {
    static let name = "context"
    private static let messagesRead: Int64 = 50
    private static let letterRate: Int64 = 2000
    private static let lettersPerPost = 20
    private static let settling = 20

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let mesh = try ContextMesh(folder, named: "context")
        defer { mesh.stop() }
        try mesh.fill(effort.readMessages, people: effort.readConversations)
        try mesh.waitForContext(of: 1)
        return try contexts(mesh, effort) + [arrivals(mesh, effort)]
    }

    // MARK: One context

    private func contexts(_ mesh: ContextMesh, _ effort: Effort) throws -> [Measurement] {
        _ = try times(draw(ContextBenchmark.settling, effort)) { try mesh.context(of: $0) != nil }
        let rounds = try (0..<effort.rounds).map { _ in
            let conversations = draw(effort.readsPerRound, effort)
            let baseline = try times(conversations) { conversation in
                let read = ReadConversation(
                    workspace: mesh.workspace, conversation: ConversationID(rawValue: conversation), limit: ContextBenchmark.messagesRead)
                return try mesh.conversations.answer(read).messages.count == ContextBenchmark.messagesRead
            }
            let ours = try times(conversations) { try mesh.context(of: $0)?.lines.isEmpty == false }
            return (ours, baseline)
        }
        let setting =
            "of \(effort.readsPerRound) a round for an assistant with 2000 tokens, \(effort.readMessages) messages in"
            + " \(effort.readConversations) conversations, random ones, lease, snapshot and disclosure on disk before the answer;"
            + " baseline: the last 50 messages alone, from conversation-store"
        return [("context p50", 0.5, 3000), ("context p99", 0.99, 15_000)].map { work, share, limit in
            Measurement(
                work: work, setting: "handoff.context " + setting, unit: .microseconds, target: .takesAtMost(microseconds: limit),
                rounds: rounds.map { Measurement.Round(ours: quantile($0.0, share), baseline: quantile($0.1, share)) })
        }
    }

    /// Conversations are counted from 1.
    private func draw(_ count: Int, _ effort: Effort) -> [Int64] {
        (0..<count).map { _ in Int64.random(in: 1...Int64(effort.readConversations)) }
    }

    private func times(_ conversations: [Int64], _ call: (Int64) throws -> Bool) throws -> [Int64] {
        try conversations.map { conversation in
            let start = MonotonicTime.nanoseconds
            let isGood = try call(conversation)
            let taken = MonotonicTime.nanoseconds - start
            guard isGood else { throw BenchmarkFailure("a conversation or its context is not there") }
            return taken
        }
    }

    // MARK: From webhook to context

    /// While others write, one person does, and somebody looks until it is there.
    private func arrivals(_ mesh: ContextMesh, _ effort: Effort) throws -> Measurement {
        let crowd = Crowd(mesh, lettersPerPost: ContextBenchmark.lettersPerPost, rate: ContextBenchmark.letterRate)
        let own = try firstLetter(mesh, effort)
        crowd.start()
        let rounds = try (0..<effort.rounds).map { round in
            let found = try (0..<max(10, effort.readsPerRound / 20)).map { try arrival(of: "look-\(round)-\($0)", in: own, mesh) }
            return Measurement.Round(
                ours: medianMicroseconds(found.map { $0.seen - $0.sent }), baseline: medianMicroseconds(found.map { $0.taken - $0.sent }))
        }
        let sent = try crowd.stop()
        return Measurement(
            work: "webhook to context p50",
            setting: "from the POST to a context that has it, looked for by handoff.context after handoff.context, while \(sent) letters a"
                + " second come in posts of \(ContextBenchmark.lettersPerPost); baseline: the POST's own durable 200",
            unit: .microseconds, target: .takesAtMost(microseconds: 20_000), rounds: rounds)
    }

    private func firstLetter(_ mesh: ContextMesh, _ effort: Effort) throws -> Int64 {
        try mesh.post([(phone: 1, id: "first", text: "first")])
        let own = Int64(effort.readConversations) + 1
        try mesh.waitForContext(of: own)
        return own
    }

    private func arrival(of text: String, in own: Int64, _ mesh: ContextMesh) throws -> (sent: Int64, taken: Int64, seen: Int64) {
        let sent = MonotonicTime.nanoseconds
        try mesh.post([(phone: 1, id: text, text: text)])
        let taken = MonotonicTime.nanoseconds
        while try mesh.context(of: own)?.lines.last?.text != text {}
        return (sent, taken, MonotonicTime.nanoseconds)
    }
}

/// Others who write all the while.
private final class Crowd: @unchecked Sendable {  // `isOver`, `count` and `failure` are guarded by `lock`.
    private let mesh: ContextMesh
    private let lettersPerPost: Int
    private let rate: Int64
    private let lock = Lock()
    private var isOver = false
    private var count: Int64 = 0
    private var failure: (any Error)?
    private var begin: Int64 = 0
    private var thread: Thread?

    init(_ mesh: ContextMesh, lettersPerPost: Int, rate: Int64) {
        self.mesh = mesh
        self.lettersPerPost = lettersPerPost
        self.rate = rate
    }

    func start() {
        begin = MonotonicTime.nanoseconds
        thread = Thread("crowd") { [self] in
            while !lock.withLock({ isOver }) {
                do {
                    let first = count
                    try mesh.post((0..<Int64(lettersPerPost)).map { (phone: 1000 + $0, id: "crowd-\(first + $0)", text: "one of many") })
                    lock.withLock { count += Int64(lettersPerPost) }
                } catch {
                    lock.withLock { failure = error }
                    return
                }
                let due = begin + count * 1_000_000_000 / rate
                let left = due - MonotonicTime.nanoseconds
                if left > 0 { usleep(UInt32(left / 1000)) }  // The pace of the load.
            }
        }
    }

    /// Letters a second that it came to.
    func stop() throws -> Int64 {
        lock.withLock { isOver = true }
        thread?.join()
        if let failure { throw failure }
        return count * 1_000_000_000 / max(1, MonotonicTime.nanoseconds - begin)
    }
}
