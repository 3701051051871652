import Baselines
import ConversationStoreContracts
import Domain
import Net
import Runtime
import Wire

/// The last 50 messages of a conversation over TCP, against the bare query plus a bare round trip of as many bytes.
struct LastMessagesBenchmark: Benchmark {
    static let name = "last-50"
    private static let limit: Int64 = 50
    private static let fillInFlight = 8

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let messages = SampleMessages(effort.readMessages, people: effort.readConversations, at: System.real().clock.now)
        let table = folder.path("last-50.sqlite")
        let code = messages.withBaseline { baseline_fill(table, $0) }
        guard code == 0 else { throw BenchmarkFailure("fill a table in C: SQLite's code \(code)") }
        return try Pinning.all.map { pinning in
            try pinned(to: Pinning.clientCore) { try measure(pinning, messages, table, effort, folder) }
        }
    }

    private func measure(
        _ pinning: Pinning, _ messages: SampleMessages, _ table: String, _ effort: Effort, _ folder: WorkFolder
    ) throws -> Measurement {
        let name = "last-50-\(pinning.serverCore)"
        let data = try folder.subfolder(name)
        try fill(data, messages)
        let store = try pinned(to: pinning.serverCore) { try StoreProcess(dataFolder: data) }
        defer { store.stop() }
        let client = try store.client(as: .operator)
        defer { client.close() }
        let meter = FrameMeter(client)
        _ = try read(over: meter, draw(20, effort))
        let raw = try RawExchange(
            requestBytes: meter.requestBytes, replyBytes: meter.replyBytes, serverCore: pinning.serverCore, folder, name: "\(name)-raw")
        defer { raw.stop() }
        let rounds = try (0..<effort.rounds).map { _ in
            let conversations = draw(effort.readsPerRound, effort)
            let exchange = medianMicroseconds(try raw.measure(effort.readsPerRound))
            let query = medianMicroseconds(try readRaw(table, conversations))
            let ours = medianMicroseconds(try read(over: client, conversations))
            return Measurement.Round(ours: ours, baseline: query + exchange)
        }
        return Measurement(
            work: "last 50 messages, \(pinning.name)",
            setting: "conversations.read p50 of \(effort.readsPerRound) a round, \(effort.readMessages) messages of 200 B in"
                + " \(effort.readConversations) conversations, random ones, \(meter.replyBytes) B back,"
                + " log checkpointed, all in the page cache;"
                + " baseline: C, the same columns of a plain table with an index, plus send and recv of as many bytes",
            unit: .microseconds, target: .atMost(1.3), rounds: rounds)
    }

    /// Stops the store afterwards, which empties the log into the file, as bare C's is.
    private func fill(_ data: String, _ messages: SampleMessages) throws {
        let store = try StoreProcess(dataFolder: data)
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

    private func readRaw(_ table: String, _ conversations: [Int64]) throws -> [Int64] {
        var nanoseconds = [Int64](repeating: 0, count: conversations.count)
        let rows = Int64(conversations.count) * LastMessagesBenchmark.limit
        let code = baseline_read(
            table, conversations, Int32(conversations.count), Int32(LastMessagesBenchmark.limit), rows, &nanoseconds)
        guard code == 0 else { throw BenchmarkFailure("read in C: SQLite's code \(code)") }
        return nanoseconds
    }
}
