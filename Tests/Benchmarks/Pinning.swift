import Glibc

/// Where the two ends of a round trip run. Unpinned the kernel moves them to and fro, and a figure is one of two.
struct Pinning: Sendable {
    static let clientCore: Int32 = 0
    static let all = [
        Pinning(name: "one core", serverCore: clientCore), Pinning(name: "two cores", serverCore: clientCore + 1)
    ]

    let name: String
    let serverCore: Int32
}

enum MonotonicTime {
    static var nanoseconds: Int64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec)
    }
}
