import Baselines
import Domain
import Glibc
import Net
import Runtime

/// Signed webhooks over HTTP into the whole mesh, each on disk before its 200, against bare C that does nothing but put them there.
///
/// All that was promised is counted in conversation-store afterwards: a message that is missing fails the run.
struct WebhookBenchmark: Benchmark {
    static let name = "webhooks"
    private static let connectionCount = 64
    /// With its names a message of a large webhook has about 3,000 bytes.
    private static let textBytesOfLarge = 2_850

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let mesh = try WholeMesh(folder.subfolder("webhooks"))
        defer { mesh.stop() }
        let (server, port) = try ServerRole.rawPosts(file: folder.path("webhooks-raw")).start(folder, name: "webhooks-raw")
        defer { server.stop() }
        let idle = try mesh.intake.process.residentMebibytes().now
        let doors = Doors(ours: try mesh.intake.port(.http), baseline: port, secret: try mesh.secret())
        var load = Load(mesh: mesh, doors: doors, rounds: effort.rounds)
        let rows = [
            try load.lone(effort.webhooksOfOne), try load.many(effort.webhooksOfMany, connections: WebhookBenchmark.connectionCount),
            try load.large(
                effort.largeWebhooks, updates: effort.updatesOfLargeWebhook, textBytes: WebhookBenchmark.textBytesOfLarge)
        ]
        let most = try mesh.intake.process.residentMebibytes().most
        try load.checkStored()
        let memory = Measurement(
            work: "intake's memory meanwhile",
            setting: "the most that it had in RAM during the webhooks above; baseline: what it had before them",
            unit: .mebibytes, target: .holdsAtMost(mebibytes: 128), rounds: [Measurement.Round(ours: most, baseline: idle)])
        return rows + [memory]
    }
}

/// Where a round goes: to the mesh, and to bare C.
private struct Doors {
    let ours, baseline: UInt16
    let secret: [UInt8]
}

/// Posts in rounds, first to bare C, then the same to the mesh, and counts what the mesh promised.
private struct Load {
    private static let limits = "all limits on: eight channels of at most 20,000 events/s each, 100,000 together"

    let mesh: WholeMesh
    let doors: Doors
    let rounds: Int
    private var promised = 0

    init(mesh: WholeMesh, doors: Doors, rounds: Int) {
        self.mesh = mesh
        self.doors = doors
        self.rounds = rounds
    }

    mutating func lone(_ count: Int) throws -> Measurement {
        let (rounds, bytes) = try measure(count, connections: 1) { medianMicroseconds($0.each) }
        return Measurement(
            work: "webhook, 1 client",
            setting: "p50 of \(count) a round, \(bytes) B each, one message of \(SignedDeliveries.textBytes) B, not pinned;" + baseline,
            unit: .microseconds, target: .takesAtMost(microseconds: 1_000), rounds: rounds)
    }

    mutating func many(_ count: Int, connections: Int) throws -> Measurement {
        let (rounds, bytes) = try measure(count, connections: connections) { Double(count) * 1e9 / Double($0.all) }
        return Measurement(
            work: "webhooks, \(connections) connections",
            setting: "\(count) a round, \(bytes) B each, one message of \(SignedDeliveries.textBytes) B, kept alive, load generator in C"
                + " beside it, not pinned;" + baseline,
            unit: .perSecond, target: .reachesAtLeast(perSecond: 15_000), rounds: rounds)
    }

    mutating func large(_ count: Int, updates: Int, textBytes: Int) throws -> Measurement {
        let (rounds, bytes) = try measure(count, updates: updates, textBytes: textBytes, connections: 1) {
            medianMicroseconds($0.each) / 1000
        }
        return Measurement(
            work: "webhook of \(updates) updates",
            setting: "p50 of \(count) a round, \(bytes) B each, messages of eight numbers, not pinned;" + baseline,
            unit: .milliseconds, target: .lastsAtMost(milliseconds: 150), rounds: rounds)
    }

    /// Every message that a 200 promised is in the store, once.
    func checkStored() throws {
        try mesh.settle()
        let stored = try mesh.storedCount()
        guard stored == promised else { throw BenchmarkFailure("\(promised) messages were promised, \(stored) are stored") }
    }

    private var baseline: String {
        " whole mesh, relay under way, \(Load.limits), outbox empty before each round, all counted in the store afterwards;"
            + " baseline: C, one thread, bodies that come together share an fsync, nothing read in them"
    }

    private typealias Taken = (each: [Int64], all: Int64)

    private mutating func measure(
        _ count: Int, updates: Int = 1, textBytes: Int = SignedDeliveries.textBytes, connections: Int, _ figure: (Taken) -> Double
    ) throws -> ([Measurement.Round], bytesEach: Int) {
        var bytes = 0
        let measured = try (0..<rounds).map { _ in
            let deliveries = SignedDeliveries(
                count, updatesEach: updates, textBytes: textBytes, secret: doors.secret, at: System.real().clock.now)
            bytes = deliveries.bytesEach
            let baseline = try post(deliveries, to: doors.baseline, connections)
            try mesh.settle()
            let ours = try post(deliveries, to: doors.ours, connections)
            promised += count * updates
            return Measurement.Round(ours: figure(ours), baseline: figure(baseline))
        }
        return (measured, bytes)
    }

    private func post(_ deliveries: SignedDeliveries, to port: UInt16, _ connections: Int) throws -> Taken {
        let address = try SocketAddress(host: "127.0.0.1", port: port)
        let sockets = try (0..<connections).map { _ in try Socket.connect(to: address, timeoutMilliseconds: 1_000) }
        defer { for socket in sockets { socket.close() } }
        var each = [Int64](repeating: 0, count: deliveries.count)
        let start = MonotonicTime.nanoseconds
        let code = deliveries.withRequests { baseline_post(sockets.map(\.descriptor), Int32(connections), $0, &each) }
        let all = MonotonicTime.nanoseconds - start
        guard code == 0 else { throw BenchmarkFailure("post webhooks: \(String(cString: strerror(code)))") }
        return (each, all)
    }
}
