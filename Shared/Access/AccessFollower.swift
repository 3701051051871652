import Domain
import IntakeContracts
import Runtime
import SQLite
import Wire

/// Follows intake's `access.feed`: each answer goes into the service's file with its cursor, then into the facts in memory.
public final class AccessFollower: Sendable {
    /// Facts older than this are no ground for a decision about a person who acts (DESIGN §4).
    public static let staleMilliseconds: Int64 = 60_000
    static let waitMilliseconds: Int64 = 20_000

    public let facts = AccessFacts()
    private let worker: Worker

    /// Reads what the file knows; `start` begins to follow.
    public init(_ process: ServiceProcess, _ database: Database) throws {
        let round = Round(process, database, process.client(to: .intake), facts)
        worker = Worker(process.system, "access") { round.run() }
        facts.take(try database.read("access facts") { try AccessTable.facts($0) })
        let clock = process.system.clock
        process.health.register("access") { [facts] in
            guard let heard = facts.lastHeard else { return .degraded("waiting for intake") }
            return clock.monotonicMilliseconds - heard < AccessFollower.staleMilliseconds ? .ok() : .degraded("intake silent")
        }
    }

    public func start() { worker.start() }

    /// The process has closed its clients: the long poll under way has ended.
    public func stop() { worker.stop() }

    /// One round: ask, store, apply.
    private final class Round: @unchecked Sendable {  // Only the worker's thread runs it.
        private let process: ServiceProcess
        private let database: Database
        private let intake: any Transport
        private let facts: AccessFacts
        private var backoff = Backoff()

        init(_ process: ServiceProcess, _ database: Database, _ intake: any Transport, _ facts: AccessFacts) {
            self.process = process
            self.database = database
            self.intake = intake
            self.facts = facts
        }

        func run() -> Worker.Next {
            do {
                let cursor = try database.read("access cursor") { try AccessTable.cursor($0) }
                // The first answer comes at once: until then nobody who acts can be let in.
                let wait = facts.lastHeard == nil ? 0 : AccessFollower.waitMilliseconds
                switch intake.call(ReadAccessFeed(after: cursor, waitMilliseconds: wait)) {
                case .ok(let response):
                    try take(response)
                    backoff.reset()
                    return .again
                case .refused: return pause("refused")
                case .fault(let fault): return pause(fault.code.rawValue)
                }
            } catch {
                return pause("database", error)
            }
        }

        private func take(_ response: ReadAccessFeed.Response) throws {
            if !response.facts.isEmpty || response.restarted {
                try database.writer.write("take access facts") { try AccessTable.take(response, $0) }
            }
            facts.take(response.facts, anew: response.restarted, heardAt: process.system.clock.monotonicMilliseconds)
        }

        private func pause(_ reason: String, _ error: (any Error)? = nil) -> Worker.Next {
            let fields: [(StaticString, LogValue)] = [("reason", .safe(reason))] + (error.map { [("error", .safe("\($0)"))] } ?? [])
            process.log.event("accessFeedFailed", level: .warning, fields: fields)
            return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
        }
    }
}
