import Threads

/// A place for one reply, and a thread that waits for it.
public final class Answer: @unchecked Sendable {  // `reply` is guarded by `lock`.
    private let lock = Lock()
    private let condition: Condition
    private var reply: ReplyBytes?

    public init() { condition = Condition(lock) }

    public func fill(_ reply: ReplyBytes) {
        lock.withLock {
            self.reply = reply
            condition.broadcast()
        }
    }

    /// The reply, or nil when it did not come in time.
    public func wait(milliseconds: Int64) -> ReplyBytes? {
        lock.withLock {
            while reply == nil { if !condition.wait(milliseconds: milliseconds) { break } }
            return reply
        }
    }
}
