import Domain
import Glibc

/// Where time comes from: wall time for what is stored and shown, monotonic time for deadlines and pauses.
public protocol Clock: Sendable {
    var now: Timestamp { get }
    /// Milliseconds since some fixed moment; never goes back, whatever happens to the wall clock.
    var monotonicMilliseconds: Int64 { get }
}

/// The machine's own clocks. Source: clock_gettime(2).
public struct SystemClock: Clock {
    public init() {}

    public var now: Timestamp { Timestamp(rawValue: SystemClock.milliseconds(CLOCK_REALTIME)) }
    public var monotonicMilliseconds: Int64 { SystemClock.milliseconds(CLOCK_MONOTONIC) }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
