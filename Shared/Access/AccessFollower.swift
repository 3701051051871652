import IntakeContracts
import Runtime
import SQLite
import Wire

/// Follows intake's `access.feed`: each answer goes into the service's file with its cursor, then into the facts in memory. By them it
/// guards the service's handlers.
public final class AccessFollower: Sendable {
    public static let migrations = [AccessTable.migration, SecurityLog.migration]

    public let facts: AccessFacts
    /// Also for what comes in by other ways than the mesh.
    public let security: SecurityLog
    private let follower: FeedFollower<ReadAccessFeed>

    /// Reads what the file knows and puts the gate up; `start` begins to follow.
    /// - Parameter intake: how the feed is reached, where not over the mesh.
    public init(_ process: ServiceProcess, _ database: Database, intake: (any Transport)? = nil) throws {
        let facts = AccessFacts()
        self.facts = facts
        let follower = FeedFollower<ReadAccessFeed>(process, "access", of: .intake, over: intake ?? process.client(to: .intake)) {
            try database.read("access cursor") { try AccessTable.cursor($0) }
        } take: { page in
            try database.writer.write("take access facts") { try AccessTable.take(page, $0) }
            facts.take(page.facts, anew: page.restarted)
        }
        self.follower = follower
        facts.take(try database.read("access facts") { try AccessTable.facts($0) })
        security = process.guardHandlers(by: facts, in: database) { follower.isCurrent }
    }

    public func start() { follower.start() }
    public func stop() { follower.stop() }
}

extension ServiceProcess {
    /// Puts the gate before all handlers, lets the programs connect that the facts know until they leave, and records who was turned away.
    /// - Parameter isFresh: whether the facts are recent enough to decide about a person by them.
    /// - Returns: that record.
    public func guardHandlers(by facts: AccessFacts, in database: Database, isFresh: @escaping @Sendable () -> Bool) -> SecurityLog {
        let security = SecurityLog(self, database)
        router.guardHandlers(
            by: AccessGate(facts, tokens: TokenKeys(tokenKeys()), clock: system.clock, isFresh: isFresh) { security.record($0, $1, $2) })
        knowPeers { facts.program($0)?.kind }
        facts.whenProgramsLeave { [weak self] in self?.cutOff($0) }
        return security
    }
}
