import Domain
import Policy
import Threads
import Wire

/// Follows another service's feed: asks, has the answer taken, and asks again from where it now stands.
///
/// `take` stores effect and cursor in one transaction, so a crash neither misses nor doubles anything. The health check of the
/// follower's name says how long the other service has been silent.
public final class FeedFollower<Feed: FeedRequest>: Sendable {
    private let round: FeedRound<Feed>
    private let worker: Worker

    /// - Parameters:
    ///   - name: of the thread and of the health check.
    ///   - take: is not called for an answer that holds nothing.
    public init(
        _ process: ServiceProcess, _ name: StaticString, of service: Peer, over transport: any Transport,
        cursor: @escaping @Sendable () throws -> Cursor, take: @escaping @Sendable (Feed.Response) throws -> Void
    ) {
        let round = FeedRound<Feed>(process, service, transport, cursor, take)
        self.round = round
        worker = Worker(process.system, "\(name)") { round.run() }
        process.health.register(name) { round.health }
    }

    /// Whether all that the other service had to say is taken, as it stood within the last minute.
    public var isCurrent: Bool { round.isCurrent }

    public func start() { worker.start() }

    /// The process has closed its clients: the long poll under way has ended.
    public func stop() { worker.stop() }
}

/// How a follower waits.
public enum FeedPatience {
    public static let waitMilliseconds: Int64 = 20_000
    /// So long nothing is heard only when the other service is down or can't be reached; and facts older than this are no ground for a
    /// decision about a person who acts (DESIGN §4).
    public static let staleMilliseconds: Int64 = 60_000
}

/// One round after another, on the worker's thread; `health` is asked from any.
///
/// `heardAt` and `currentAt` are guarded by `lock`; the worker alone uses `backoff`.
private final class FeedRound<Feed: FeedRequest>: @unchecked Sendable {
    private let process: ServiceProcess
    private let service: Peer
    private let transport: any Transport
    private let cursor: @Sendable () throws -> Cursor
    private let take: @Sendable (Feed.Response) throws -> Void
    private var backoff = Backoff()
    private let lock = Lock()
    private var heardAt: Int64?
    /// When an answer was the last that there was.
    private var currentAt: Int64?

    init(
        _ process: ServiceProcess, _ service: Peer, _ transport: any Transport, _ cursor: @escaping @Sendable () throws -> Cursor,
        _ take: @escaping @Sendable (Feed.Response) throws -> Void
    ) {
        self.process = process
        self.service = service
        self.transport = transport
        self.cursor = cursor
        self.take = take
    }

    func run() -> Worker.Next {
        do {
            // The first answer comes at once: until then nobody knows whether the other can be reached.
            let wait = lock.withLock { heardAt } == nil ? 0 : FeedPatience.waitMilliseconds
            switch transport.call(Feed(after: try cursor(), waitMilliseconds: wait)) {
            case .ok(let page):
                // What was known is forgotten, what takes its place may take more than one answer.
                if page.restarted { lock.withLock { currentAt = nil } }
                if !page.isEmpty || page.restarted { try take(page) }
                let now = process.system.clock.monotonicMilliseconds
                lock.withLock {
                    heardAt = now
                    if !page.isFull { currentAt = now }
                }
                backoff.reset()
                return .again
            case .refused: return pause("refused")
            case .fault(let fault): return pause(fault.code.rawValue)
            }
        } catch {
            return pause("\(error)")
        }
    }

    var isCurrent: Bool {
        guard let currentAt = lock.withLock({ currentAt }) else { return false }
        return process.system.clock.monotonicMilliseconds - currentAt < FeedPatience.staleMilliseconds
    }

    var health: HealthState {
        guard let heardAt = lock.withLock({ heardAt }) else { return .degraded("nothing heard yet") }
        return process.system.clock.monotonicMilliseconds - heardAt < FeedPatience.staleMilliseconds ? .ok() : .degraded("silent")
    }

    private func pause(_ reason: String) -> Worker.Next {
        process.log.event(
            "feedFailed", level: .warning, ("method", .safe(Feed.contract.method)), ("service", .safe(service.rawValue)),
            ("reason", .safe(reason)))
        return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
    }
}
