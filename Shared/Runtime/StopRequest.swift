import Threads

/// The wish that the process stop, made once, from any thread.
final class StopRequest: @unchecked Sendable {  // State is guarded by `lock`.
    private let lock = Lock()
    private let changed: Condition
    private var hasBeenMade = false

    init() { changed = Condition(lock) }

    var isMade: Bool { lock.withLock { hasBeenMade } }

    func make() {
        lock.withLock {
            hasBeenMade = true
            changed.broadcast()
        }
    }

    /// Returns when the wish has been made.
    func wait() { lock.withLock { while !hasBeenMade { changed.wait() } } }
}
