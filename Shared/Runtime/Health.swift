import Threads

/// What a part of a service says about itself. Words of the source code, at most 64 characters for a name and 200 for a word.
public enum HealthState: Sendable, Equatable {
    case ok(_ word: Word = "ok")
    /// It works, but not as it should: `behind`, `unreachable`, …
    case degraded(_ word: Word)

    /// A literal, so that no content can get into a health report.
    public struct Word: Sendable, Equatable, ExpressibleByStringLiteral {
        public let text: String
        public init(stringLiteral value: StaticString) { text = value.description }
    }

    public var isOK: Bool {
        switch self {
        case .ok: true
        case .degraded: false
        }
    }

    public var word: String {
        switch self {
        case .ok(let word), .degraded(let word): word.text
        }
    }
}

/// The named checks of a service, asked when somebody wants to know.
public final class Health: Sendable {
    /// As many as `mesh.health` can list.
    public static let checksMax = 64

    private let lock = Lock()
    nonisolated(unsafe) private var checks: [(name: String, check: @Sendable () -> HealthState)] = []  // Guarded by `lock`.

    public init() {}

    /// Adds a check. It is asked on a connection's thread: it looks at what it knows and doesn't go and see. One a name.
    public func register(_ name: StaticString, _ check: @escaping @Sendable () -> HealthState) {
        lock.withLock {
            precondition(!checks.contains { $0.name == name.description }, "the check \(name) is registered twice")
            precondition(checks.count < Health.checksMax, "a service has at most \(Health.checksMax) checks")
            checks.append((name.description, check))
        }
    }

    /// Every check's answer, in the order of registration.
    public func report() -> [(name: String, state: HealthState)] {
        // Asked without the lock: a check may take locks of its own.
        lock.withLock { checks }.map { ($0.name, $0.check()) }
    }

    public var isHealthy: Bool { report().allSatisfy { $0.state.isOK } }
}
