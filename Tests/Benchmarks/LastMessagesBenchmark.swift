import Baselines
import ConversationStoreContracts
import Domain
import Net
import Runtime
import Wire

/// The last 50 messages of a conversation over TCP, against bare C that does the same: a request comes, the query runs, as many bytes leave.
struct LastMessagesBenchmark: Benchmark {
    static let name = "last-50"
    private static let limit: Int64 = 50
    private static let fillInFlight = 8

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let messages = SampleMessages(effort.readMessages, people: effort.readConversations, at: System.real().clock.now)
        let table = folder.path("last-50.sqlite")
        let code = messages.withBaseline { baseline_fill(table, $0) }
        guard code == 0 else { throw BenchmarkFailure("fill a table in C: SQLite's code \(code)") }
        let data = try folder.subfolder("last-50")
        try fill(data, messages)
        return try Pinning.all.map { pinning in
            try pinned(to: Pinning.clientCore) { try measure(pinning, table, data, effort, folder) }
        }
    }

    private func measure(
        _ pinning: Pinning, _ table: String, _ data: String, _ effort: Effort, _ folder: WorkFolder
    ) throws -> Measurement {
        let store = try pinned(to: pinning.serverCore) { try MeshProcess(.conversationStore, dataFolder: data) }
        defer { store.stop() }
        let client = try store.client(as: .handoffContext)
        defer { client.close() }
        let meter = FrameMeter(client)
        _ = try read(over: meter, draw(20, effort))
        let raw = try RawExchange(
            .rawReads(meter.frames, table: table, limit: Int32(LastMessagesBenchmark.limit)), meter.frames,
            serverCore: pinning.serverCore, folder, name: "last-50-raw-\(pinning.serverCore)")
        defer { raw.stop() }
        let rounds = try (0..<effort.rounds).map { _ in
            let conversations = draw(effort.readsPerRound, effort)
            let baseline = try raw.measure(asking: conversations, expecting: LastMessagesBenchmark.limit)
            let ours = try read(over: client, conversations)
            return Measurement.Round(ours: medianMicroseconds(ours), baseline: medianMicroseconds(baseline))
        }
        return Measurement(
            work: "last 50 messages, \(pinning.name)",
            setting: "conversations.read p50 of \(effort.readsPerRound) a round, \(effort.readMessages) messages of 200 B in"
                + " \(effort.readConversations) conversations, random ones, \(meter.frames.reply) B back,"
                + " log checkpointed, all in the page cache;"
                + " baseline: C at both ends, recv, the same columns of a plain table with an index, all values copied, send of as many bytes",
            unit: .microseconds, target: .atMost(1.3), rounds: rounds)
    }

    /// Stops the store afterwards, which empties the log into the file, as bare C's is.
    private func fill(_ data: String, _ messages: SampleMessages) throws {
        let store = try MeshProcess(.conversationStore, dataFolder: data)
        defer { store.stop() }
        let client = try store.client(as: .intake)
        defer { client.close() }
        let requests = messages.requests(eventsPerRequest: AppendEvents.countMax)
        _ = try AppendPipeline(client, requests).run(inFlight: LastMessagesBenchmark.fillInFlight)
    }

    /// Conversations are counted from 1 in both tables.
    private func draw(_ count: Int, _ effort: Effort) -> [Int64] {
        (0..<count).map { _ in Int64.random(in: 1...Int64(effort.readConversations)) }
    }

    private func read(over transport: some Transport, _ conversations: [Int64]) throws -> [Int64] {
        try conversations.map { conversation in
            let request = ReadConversation(
                workspace: SampleMessages.workspace, conversation: ConversationID(rawValue: conversation),
                limit: LastMessagesBenchmark.limit)
            let start = MonotonicTime.nanoseconds
            let outcome = transport.call(request)
            let taken = MonotonicTime.nanoseconds - start
            guard case .ok(let response) = outcome, response.messages.count == LastMessagesBenchmark.limit else {
                throw BenchmarkFailure("conversations.read did not find \(LastMessagesBenchmark.limit) messages")
            }
            return taken
        }
    }
}
