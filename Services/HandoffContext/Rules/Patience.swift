import Access
import Domain
import HandoffContextContracts
import Runtime
import SQLite

/// Asks for a person where nobody has answered for longer than the workspace allows.
final class Patience: Sendable {
    static let pauseMilliseconds: Int64 = 15_000
    /// Conversations of one workspace that one round looks at; the next goes on.
    static let countMax: Int64 = 200

    private let worker: Worker

    init(_ process: ServiceProcess, _ database: Database, _ store: HandoffContextStore) {
        worker = Worker(process.system, "patience") {
            do { try Patience.round(now: process.system.clock.now, database, store) } catch {
                process.log.event("patienceFailed", level: .error, ("error", .safe("\(error)")))
            }
            return .pause(milliseconds: Patience.pauseMilliseconds)
        }
    }

    func start() { worker.start() }
    func stop() { worker.stop() }

    static func round(now: Timestamp, _ database: Database, _ store: HandoffContextStore) throws {
        let (waiting, rules) = try database.read("unanswered") { connection in
            let waiting = try store.unanswered(now: now, limit: countMax, connection)
            let rules = try Set(waiting.map(\.workspace)).map { ($0, try store.rules(of: $0, connection) ?? HandoffRules()) }
            return (waiting, rules)
        }
        guard !waiting.isEmpty else { return }
        let books = Dictionary(uniqueKeysWithValues: rules.map { ($0, RuleBook.kept($1)) })
        let asks = waiting.compactMap { waiting -> (HandoffContextStore.Unanswered, HandoffAsk)? in
            guard let ask = books[waiting.workspace]?.unanswered(since: waiting.since), ask.since <= now else { return nil }
            return (waiting, ask)
        }
        try database.writer.write("ask for who waits") { connection in
            for (waiting, ask) in asks { try store.ask(ask, for: waiting, now: now, connection) }
        }
    }
}
