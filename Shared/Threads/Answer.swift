/// A place for one value that another thread brings, and the thread that waits for it.
public final class Answer<Value: Sendable>: @unchecked Sendable {  // `value` is guarded by `lock`.
    private let lock = Lock()
    private let filled: Condition
    private var value: Value?

    public init() { filled = Condition(lock) }

    public func fill(_ value: Value) {
        lock.withLock {
            self.value = value
            filled.broadcast()
        }
    }

    public func wait() -> Value {
        lock.withLock {
            while true {
                if let value { return value }
                filled.wait()
            }
        }
    }

    /// The value, or nil when it did not come in time.
    public func wait(milliseconds: Int64) -> Value? {
        lock.withLock {
            while value == nil { if !filled.wait(milliseconds: milliseconds) { break } }
            return value
        }
    }
}
