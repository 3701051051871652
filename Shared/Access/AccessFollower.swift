import IntakeContracts
import Runtime
import SQLite

/// Follows intake's `access.feed`: each answer goes into the service's file with its cursor, then into the facts in memory.
public final class AccessFollower: Sendable {
    public let facts: AccessFacts
    private let follower: FeedFollower<ReadAccessFeed>

    /// Reads what the file knows; `start` begins to follow.
    public init(_ process: ServiceProcess, _ database: Database) throws {
        let facts = AccessFacts()
        self.facts = facts
        follower = FeedFollower(process, "access", of: .intake, over: process.client(to: .intake)) {
            try database.read("access cursor") { try AccessTable.cursor($0) }
        } take: { page in
            try database.writer.write("take access facts") { try AccessTable.take(page, $0) }
            facts.take(page.facts, anew: page.restarted)
        }
        facts.take(try database.read("access facts") { try AccessTable.facts($0) })
    }

    public func start() { follower.start() }
    public func stop() { follower.stop() }
}
