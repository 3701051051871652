import Access
import Digest
import Domain
import IntakeContracts
import MeshContracts
import Net
import Policy
import Runtime
import Wire

/// What the decision before each handler costs: a member's call with gate and token beside the same call with neither, and the proof of a
/// token alone.
struct EnforcementBenchmark: Benchmark {
    static let name = "enforcement"
    private static let payload = String(repeating: "p", count: 240)
    private static let member = MemberID(rawValue: "mem_abcdefghijklmnopqrst")
    private static let workspace = WorkspaceID(rawValue: "ws_abcdefghijklmnopqrst")

    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement] {
        let dataFolder = try folder.subfolder("enforcement")
        try KeyFolder.createMissing(dataFolder: dataFolder)
        return try pinned(to: Pinning.clientCore) {
            [try measureCalls(effort, dataFolder, folder), try measureProof(effort, dataFolder)]
        }
    }

    /// The gate that `ServerRole.guardedEcho` puts up, over facts that know one member.
    static func gate(_ keys: KeyFolder) throws -> AccessGate {
        let facts = AccessFacts()
        let clock = System.real().clock
        facts.take([
            AccessFact(.workspaceOpened, workspace, instructions: Instructions(), at: clock.now),
            AccessFact(.memberSet, workspace, member: MemberRights(member, .agent, generation: 3), at: clock.now)
        ])
        return AccessGate(facts, tokens: TokenKeys(try keys.tokenKeys()), clock: clock, isFresh: { true }) { _, _, _ in }
    }

    private static func token(_ keys: KeyFolder) throws -> String {
        let now = System.real().clock.now
        let token = ActorToken(
            member: member, generation: 3, expiresAt: now.adding(milliseconds: ActorToken.lifetimeSecondsMax * 1000))
        return TokenKeys(try keys.tokenKeys()).sign(token)
    }

    // MARK: Calls

    private func measureCalls(_ effort: Effort, _ dataFolder: String, _ folder: WorkFolder) throws -> Measurement {
        let guarded = try Caller(.guardedEcho(dataFolder: dataFolder), dataFolder, folder, name: "guarded")
        defer { guarded.stop() }
        let open = try Caller(.echo(dataFolder: dataFolder), dataFolder, folder, name: "open")
        defer { open.stop() }
        let token = try EnforcementBenchmark.token(KeyFolder(dataFolder: dataFolder))
        let rounds = try (0..<effort.rounds).map { _ in
            _ = try open.measure(effort.exchangesPerRound / 10, token: nil)
            let baseline = try open.measure(effort.exchangesPerRound, token: nil)
            _ = try guarded.measure(effort.exchangesPerRound / 10, token: token)
            let ours = try guarded.measure(effort.exchangesPerRound, token: token)
            return Measurement.Round(ours: medianMicroseconds(ours), baseline: medianMicroseconds(baseline))
        }
        return Measurement(
            work: "enforcement, one core",
            setting:
                "mesh.echo p50 of \(effort.exchangesPerRound) a round, with gate and a token of \(token.utf8.count) B proved at each call;"
                + " baseline: the same without gate and token",
            unit: .microseconds, target: .addsAtMost(microseconds: 5), rounds: rounds)
    }

    /// A client of a server of its own, on the same core.
    private struct Caller {
        private let server: ChildProcess
        private let client: MeshClient

        init(_ role: ServerRole, _ dataFolder: String, _ folder: WorkFolder, name: String) throws {
            let (server, port) = try role.start(folder, name: name)
            self.server = server
            let keys = try KeyFolder(dataFolder: dataFolder).callingKeys(of: .operator)
            client = MeshClient(peer: .operator, service: ServerRole.service.rawValue, keys: keys) { ("127.0.0.1", port) }
        }

        /// Nanoseconds of each of `count` calls.
        func measure(_ count: Int, token: String?) throws -> [Int64] {
            let request = Echo(payload: EnforcementBenchmark.payload)
            let options = CallOptions(actor: token)
            return try (0..<count).map { _ in
                let start = MonotonicTime.nanoseconds
                let outcome = client.call(request, options)
                let taken = MonotonicTime.nanoseconds - start
                guard case .ok = outcome else { throw BenchmarkFailure("mesh.echo: \(outcome)") }
                return taken
            }
        }

        func stop() {
            client.close()
            server.stop()
        }
    }

    // MARK: Proof

    private func measureProof(_ effort: Effort, _ dataFolder: String) throws -> Measurement {
        let folder = KeyFolder(dataFolder: dataFolder)
        let secrets = try folder.tokenKeys()
        guard let secret = secrets.values.first else { throw BenchmarkFailure("no key signs tokens") }
        let (keys, hmac) = (TokenKeys(secrets), HMACSHA256Key(secret))
        let token = try EnforcementBenchmark.token(folder)
        let bytes = Array(token.utf8)
        let rounds = try (0..<effort.rounds).map { _ in
            let baseline = try microseconds(of: effort.exchangesPerRound) { hmac.authenticate(bytes).count == 32 }
            let ours = try microseconds(of: effort.exchangesPerRound) { keys.prove(token)?.generation == 3 }
            return Measurement.Round(ours: ours, baseline: baseline)
        }
        return Measurement(
            work: "token proof",
            setting: "each of \(effort.exchangesPerRound) a round, without a cache; baseline: HMAC-SHA256 of as many bytes, nothing read",
            unit: .microseconds, target: .takesAtMost(microseconds: 10), rounds: rounds)
    }

    /// Of one; throws when any fails, so that none can be left out by the compiler.
    private func microseconds(of count: Int, _ work: () -> Bool) throws -> Double {
        let start = MonotonicTime.nanoseconds
        var done = 0
        for _ in 0..<count where work() { done += 1 }
        let taken = MonotonicTime.nanoseconds - start
        guard done == count else { throw BenchmarkFailure("a token was not proved") }
        return Double(taken) / Double(count) / 1000
    }
}
