import Access
import Digest
import Domain
import IntakeContracts
import Runtime
import SQLite
import Threads
import Wire

/// Serves `access.feed`: what decides who may do what, at once when it changes; intake itself decides by the same facts.
final class AccessFeed: @unchecked Sendable {  // `epoch`, `known` and `isBehind` are guarded by `lock`; everything else is constant.
    private static let epochBytes = 12

    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let polls: LongPolls
    private let lock = Lock()
    private var epoch = ""
    /// Up to here the facts are taken.
    private var known: Int64 = 0
    private var isBehind = true

    let accessFacts = AccessFacts()

    init(_ process: ServiceProcess, _ database: Database, _ store: IntakeStore) {
        self.process = process
        self.database = database
        self.store = store
        polls = process.longPolls("access feed")
        process.router.on(ReadAccessFeed.self) { [self] in read($0, $1) }
    }

    func start() throws {
        let new = Base64URL.encode(process.system.random(AccessFeed.epochBytes))
        let epoch = try database.writer.write("feed epoch") { [store] in try store.epoch(orElse: new, $0) }
        lock.withLock { self.epoch = epoch }
        try takeFacts()
    }

    /// A fact was committed.
    func wake() {
        lock.withLock { isBehind = true }
        _ = isCurrent
        polls.wake()
    }

    /// Whether all facts are taken. Those that could not be read are asked for again: by older ones somebody who was removed would get in.
    var isCurrent: Bool {
        guard lock.withLock({ isBehind }) else { return true }
        do {
            try takeFacts()
            return true
        } catch {
            process.log.event("factsUnreadable", level: .error, ("error", .safe("\(error)")))
            return false
        }
    }

    private func takeFacts() throws {
        try lock.withLock {
            isBehind = true
            while true {
                let page = try database.read("access facts") {
                    try store.facts(after: Cursor(epoch: epoch, sequence: known), epoch: epoch, $0)
                }
                accessFacts.take(page.facts)
                known = page.next.sequence
                isBehind = page.isFull
                if !isBehind { return }
            }
        }
    }

    private func read(_ request: ReadAccessFeed, _ reply: Reply<ReadAccessFeed>) {
        // Before the look: what is committed in between then ends the wait at once.
        let mark = polls.mark()
        guard let response = facts(after: request.after, reply) else { return }
        if !response.facts.isEmpty || response.restarted || request.waitMilliseconds == 0 { return reply.ok(response) }
        polls.hold(since: mark, milliseconds: request.waitMilliseconds) { [self] in
            if let response = facts(after: request.after, reply) { reply.ok(response) }
        }
    }

    private func facts(after cursor: Cursor, _ reply: Reply<ReadAccessFeed>) -> ReadAccessFeed.Response? {
        let epoch = lock.withLock { self.epoch }
        do { return try database.read("access feed") { try store.facts(after: cursor, epoch: epoch, $0) } } catch {
            process.log.event("requestFailed", level: .error, ("method", "access.feed"), ("error", .safe("\(error)")))
            reply.fault(.unavailable, "the feed could not be read: try again")
            return nil
        }
    }
}
