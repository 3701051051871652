import MeshContracts
import Net
import Policy
import Runtime
import Wire

/// One caller, one request at a time, against two processes that do nothing but exchange as many bytes.
struct RoundTripBenchmark: Benchmark {
    static let name = "request-reply"
    /// Makes a request of about 300 bytes.
    private static let payload = String(repeating: "p", count: 240)

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let dataFolder = try folder.subfolder("echo")
        try KeyFolder.createMissing(dataFolder: dataFolder)
        return try Pinning.all.map { pinning in
            // The client stays on the first core, and all of its threads with it.
            try pinned(to: Pinning.clientCore) { try measure(pinning, effort, dataFolder, folder) }
        }
    }

    private func measure(_ pinning: Pinning, _ effort: Effort, _ dataFolder: String, _ folder: WorkFolder) throws -> Measurement {
        let (server, port) = try pinned(to: pinning.serverCore) {
            try ServerRole.echo(dataFolder: dataFolder).start(folder, name: "echo-\(pinning.serverCore)")
        }
        defer { server.stop() }
        let keys = try KeyFolder(dataFolder: dataFolder).callingKeys(of: .operator)
        let client = MeshClient(peer: .operator, service: ServerRole.service.rawValue, keys: keys) { ("127.0.0.1", port) }
        defer { client.close() }
        let meter = FrameMeter(client)
        _ = try echo(over: meter, 100)
        let raw = try RawExchange(
            .raw(meter.frames), meter.frames, serverCore: pinning.serverCore, folder, name: "raw-\(pinning.serverCore)")
        defer { raw.stop() }
        let rounds = try (0..<effort.rounds).map { _ in
            _ = try raw.measure(effort.exchangesPerRound / 10)
            let baseline = try raw.measure(effort.exchangesPerRound)
            _ = try echo(over: client, effort.exchangesPerRound / 10)
            let ours = try echo(over: client, effort.exchangesPerRound)
            return Measurement.Round(ours: medianMicroseconds(ours), baseline: medianMicroseconds(baseline))
        }
        return Measurement(
            work: "request–reply, \(pinning.name)",
            setting: "mesh.echo p50 of \(effort.exchangesPerRound) a round, \(meter.frames.request) B there, \(meter.frames.reply) B back;"
                + " baseline: C, send and recv of as many bytes",
            unit: .microseconds, target: .atMost(1.15), rounds: rounds)
    }

    private func echo(over transport: some Transport, _ count: Int) throws -> [Int64] {
        let request = Echo(payload: RoundTripBenchmark.payload)
        return try (0..<count).map { _ in
            let start = MonotonicTime.nanoseconds
            let outcome = transport.call(request)
            let taken = MonotonicTime.nanoseconds - start
            guard case .ok = outcome else { throw BenchmarkFailure("mesh.echo: \(outcome)") }
            return taken
        }
    }
}
