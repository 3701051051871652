import Baselines
import MeshContracts
import Runtime
import Wire

/// Events through TCP into the real conversation-store, each durable before its answer, against bare C on a table without a mesh.
struct AppendBenchmark: Benchmark {
    static let name = "append"
    static let inFlight = [64, 256]

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        try AppendBenchmark.inFlight.map { try measure($0, effort, folder) }
    }

    private func measure(_ inFlight: Int, _ effort: Effort, _ folder: WorkFolder) throws -> Measurement {
        let rounds = try (0..<effort.rounds).map { _ in
            // New tables and new ids in each round: what a table holds already changes both sides.
            let messages = SampleMessages(effort.appendsPerRound, people: effort.appendConversations, at: System.real().clock.now)
            let baseline = try appendRaw(messages, inFlight, folder)
            let ours = try append(messages, inFlight, folder)
            return Measurement.Round(ours: perSecond(messages.count, ours), baseline: perSecond(messages.count, baseline))
        }
        return Measurement(
            work: "durable append, \(inFlight) in flight",
            setting: "empty table to \(effort.appendsPerRound) rows, \(effort.appendConversations) conversations, random ids of 60 B,"
                + " texts of 200 B, not pinned, WAL with fsync before each answer;"
                + " baseline: C and SQLite, plain schema, \(inFlight) rows a transaction",
            unit: .perSecond, target: .atLeast(0.7), rounds: rounds)
    }

    private func append(_ messages: SampleMessages, _ inFlight: Int, _ folder: WorkFolder) throws -> Int64 {
        let requests = messages.requests(eventsPerRequest: 1)
        let store = try MeshProcess(.conversationStore, dataFolder: folder.subfolder("append"))
        defer { store.stop() }
        let client = try store.client(as: .intake)
        defer { client.close() }
        // Connects.
        guard case .ok = client.call(Echo()) else { throw BenchmarkFailure("conversation-store doesn't answer") }
        let nanoseconds = try AppendPipeline(client, requests).run(inFlight: inFlight)
        try folder.remove("append")
        return nanoseconds
    }

    private func appendRaw(_ messages: SampleMessages, _ inFlight: Int, _ folder: WorkFolder) throws -> Int64 {
        _ = try folder.subfolder("append-raw")
        var nanoseconds: Int64 = 0
        let code = messages.withBaseline { baseline_append(folder.path("append-raw/c.sqlite"), $0, Int32(inFlight), &nanoseconds) }
        guard code == 0 else { throw BenchmarkFailure("append in C: SQLite's code \(code)") }
        try folder.remove("append-raw")
        return nanoseconds
    }

    private func perSecond(_ count: Int, _ nanoseconds: Int64) -> Double { Double(count) * 1e9 / Double(nanoseconds) }
}
