import Digest

/// The one seam through which a service gets time, threads and randomness, so that a test or a simulator can give it others.
public struct System: Sendable {
    public let clock: any Clock
    public let scheduler: any Scheduler
    /// That many random bytes.
    public let random: @Sendable (Int) -> [UInt8]

    public init(clock: any Clock, scheduler: any Scheduler, random: @escaping @Sendable (Int) -> [UInt8]) {
        self.clock = clock
        self.scheduler = scheduler
        self.random = random
    }

    /// The machine's own; one of them a process.
    public static func real() -> System {
        let clock = SystemClock()
        return System(clock: clock, scheduler: SystemScheduler(clock: clock), random: { SecureRandom.bytes($0) })
    }

    /// A number in 0..<1, to spread what many would do at the same time.
    public func jitter() -> Double {
        let bits = random(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return Double(bits) / 4_294_967_296
    }
}
