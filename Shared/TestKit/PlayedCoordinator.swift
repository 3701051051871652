import DeletionCoordinatorContracts
import Domain
import Policy
import Threads
import Wire

/// Plays deletion-coordinator's part towards a service in the same process: keeps the disclosures that it is told, each key once.
public final class PlayedCoordinator: @unchecked Sendable {  // All state is guarded by `lock`.
    public enum Mood: Sendable {
        case well, down
        /// It keeps what it is told, and its answer is lost.
        case unheard
    }

    private let lock = Lock()
    private let changed: Condition
    private let router = Router(service: "deletion-coordinator")
    private var mood = Mood.well
    private var known: [RequestKey: Disclosure] = [:]
    private var order: [RequestKey] = []
    private var tellingCount = 0

    public init() {
        changed = Condition(lock)
        router.on(RecordDisclosure.self) { [unowned self] in answer($0, $1) }
        router.seal(serving: [])
    }

    public func transport(for service: Peer) -> any Transport { LocalTransport(router, as: service) }

    public func be(_ mood: Mood) { lock.withLock { self.mood = mood } }

    /// What it has, in the order in which it heard of it.
    public var disclosures: [Disclosure] { lock.withLock { order.compactMap { known[$0] } } }

    /// How often it was told anything, repeats and what it missed included.
    public var tellings: Int { lock.withLock { tellingCount } }

    /// Waits until it was told so often; false when that doesn't come.
    public func wait(forTellings count: Int) -> Bool {
        lock.withLock {
            while tellingCount < count { if !changed.wait(milliseconds: 10_000) { return false } }
            return true
        }
    }

    private func answer(_ request: RecordDisclosure, _ reply: Reply<RecordDisclosure>) {
        let (mood, id) = lock.withLock { () -> (Mood, DisclosureID) in
            tellingCount += 1
            changed.broadcast()
            if self.mood != .down, known.updateValue(request.disclosure, forKey: request.key) == nil { order.append(request.key) }
            return (self.mood, DisclosureID(rawValue: Int64(order.count)))
        }
        switch mood {
        case .well: reply.ok(RecordDisclosure.Response(id: id))
        case .down: reply.fault(.unavailable, "it is down")
        case .unheard: reply.fault(.deadlineExceeded, "its answer is lost")
        }
    }
}
