/// Where delays and threads come from.
public protocol Scheduler: Sendable {
    /// Runs `work` once, after `milliseconds` (0 or less: as soon as possible). Works due at one time run in the order of asking, one
    /// after another on one thread, so each must be short and must not block.
    @discardableResult
    func after(milliseconds: Int64, _ work: @escaping @Sendable () -> Void) -> any ScheduledWork

    /// Starts a thread for work that blocks. `join` or `detach` the result once.
    func thread(_ name: String, _ body: @escaping @Sendable () -> Void) -> any RunningThread
}

/// Work that waits for its time.
public protocol ScheduledWork: Sendable {
    /// Takes it back. Nothing happens when it has run; it may be running just now.
    func cancel()
}

/// A thread that runs until its body returns.
public protocol RunningThread: Sendable {
    /// Waits for the end of the body. Once at most.
    func join()
    /// Lets the thread free itself when its body returns; instead of `join`.
    func detach()
}
