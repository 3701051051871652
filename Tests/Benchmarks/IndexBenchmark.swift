import ConversationStoreContracts
import Digest
import Domain
import MeshContracts
import Net
import Runtime
import Threads
import Wire

/// Appends with the search index following, until it has caught up, against the same rows without anything to index.
struct IndexBenchmark: Benchmark {
    static let name = "search-index"
    private static let inFlight = 64
    private static let wordsPerMessage = 12

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let rounds = try (0..<effort.rounds).map { _ in
            (with: try append(.message, effort, folder), without: try append(.other, effort, folder))
        }
        let setting =
            "empty table to \(effort.appendsPerRound) rows, \(effort.appendConversations) conversations, random ids of 60 B, texts of"
            + " \(IndexBenchmark.wordsPerMessage) words, \(IndexBenchmark.inFlight) in flight, WAL with fsync before each answer"
        func rate(_ nanoseconds: Int64) -> Double { Double(effort.appendsPerRound) * 1e9 / Double(nanoseconds) }
        return [
            Measurement(
                work: "append with search index",
                setting: setting + ", until the index has caught up; baseline: the same rows of a kind that is not searched",
                unit: .perSecond, target: .atLeast(0.35),
                rounds: rounds.map { .init(ours: rate($0.with.caughtUp), baseline: rate($0.without.answered)) }),
            Measurement(
                work: "index behind the last answer", setting: setting + "; baseline: rows of a kind that is not searched",
                unit: .microseconds, target: .takesAtMost(microseconds: 1_000_000),
                rounds: rounds.map { .init(ours: $0.with.lag, baseline: $0.without.lag) })
        ]
    }

    private struct Taken {
        let answered, caughtUp: Int64
        var lag: Double { Double(caughtUp - answered) / 1000 }
    }

    private func append(_ kind: ChannelEvent.Kind, _ effort: Effort, _ folder: WorkFolder) throws -> Taken {
        let requests = requests(kind, effort)
        let store = try MeshProcess(.conversationStore, dataFolder: folder.subfolder("search-index"))
        defer { store.stop() }
        let client = try store.client(as: .intake)
        defer { client.close() }
        let operating = try store.client(as: .operator)
        defer { operating.close() }
        _ = try operating.answer(Echo())
        _ = try client.answer(Echo())
        let start = MonotonicTime.nanoseconds
        let answered = try AppendPipeline(client, requests).run(inFlight: IndexBenchmark.inFlight)
        while try operating.answer(ReadMetrics()).values["messages.indexed"] ?? 0 < Int64(requests.count) {}
        let caughtUp = MonotonicTime.nanoseconds - start
        try folder.remove("search-index")
        return Taken(answered: answered, caughtUp: caughtUp)
    }

    private func requests(_ kind: ChannelEvent.Kind, _ effort: Effort) -> [AppendEvents] {
        let now = System.real().clock.now
        return (0..<effort.appendsPerRound).map { index in
            let person = ParticipantIdentity(phone: "1555\(1_000_000 + Int.random(in: 0..<effort.appendConversations))")
            var event = ChannelEvent(
                kind: kind, id: Base64URL.encode(SecureRandom.bytes(45)), participant: person,
                sentAt: now.adding(milliseconds: Int64(index)),
                receivedAt: now)
            event.type = "text"
            event.text = SampleWords.text(IndexBenchmark.wordsPerMessage)
            return AppendEvents(
                key: RequestKey("index-\(index)"), workspace: SampleMessages.workspace, channel: ChannelID(rawValue: "bench-whatsapp"),
                account: Account(.whatsapp, "100000000000001"), events: [event])
        }
    }
}
