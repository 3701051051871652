import Threads

/// What a server has done since its start, and how many connections it has now.
public struct HTTPCounts: Equatable, Sendable {
    public var connections = 0
    public var accepted = 0
    /// Turned away with 503 because `connectionsMax` was reached.
    public var turnedAway = 0
    public var requests = 0
    /// Requests refused before a handler saw them, deadlines included.
    public var failures = 0
    /// Replies that a handler let go without sending; each is a bug of the handler.
    public var lostReplies = 0
    /// Times that accepting stopped for a moment because descriptors or memory ran out.
    public var pauses = 0
}

/// What a server's loops share.
final class HTTPServerState: @unchecked Sendable {  // `counts`, `partialBytes` and `draining` are only touched under the lock.
    private let lock = Lock()
    private let becameEmpty: Condition
    private var counts = HTTPCounts()
    private var partialBytes = 0
    private var draining = false

    init() { becameEmpty = Condition(lock) }

    var snapshot: HTTPCounts { lock.withLock { counts } }
    var isDraining: Bool { lock.withLock { draining } }

    func count(_ what: WritableKeyPath<HTTPCounts, Int> & Sendable) { lock.withLock { counts[keyPath: what] += 1 } }

    /// False when the server is full.
    func admit(connectionsMax: Int) -> Bool {
        lock.withLock {
            guard counts.connections < connectionsMax else {
                counts.turnedAway += 1
                return false
            }
            counts.connections += 1
            counts.accepted += 1
            return true
        }
    }

    func leave() {
        lock.withLock {
            counts.connections -= 1
            if counts.connections == 0 { becameEmpty.broadcast() }
        }
    }

    /// A connection holds `change` more bytes of partial requests; false when all together hold more than `max`.
    func hold(_ change: Int, max: Int) -> Bool {
        lock.withLock {
            partialBytes += change
            return change <= 0 || partialBytes <= max
        }
    }

    /// False the second time.
    func startDraining() -> Bool {
        lock.withLock {
            defer { draining = true }
            return !draining
        }
    }

    /// Waits until no connection is left, at most until `deadline` of the monotonic clock; true when none is.
    func waitUntilEmpty(until deadline: Int64, clock: @Sendable () -> Int64) -> Bool {
        lock.withLock {
            while counts.connections > 0 {
                let left = deadline - clock()
                guard left > 0 else { return false }
                _ = becameEmpty.wait(milliseconds: left)
            }
            return true
        }
    }
}
