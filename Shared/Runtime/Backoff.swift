/// How long a loop that fails waits before it tries again: twice as long each time, up to a maximum, spread by jitter.
public struct Backoff: Sendable {
    public static let millisecondsMinDefault: Int64 = 50
    public static let millisecondsMaxDefault: Int64 = 5_000

    private let millisecondsMin: Int64
    private let millisecondsMax: Int64
    private var current: Int64

    public init(millisecondsMin: Int64 = Backoff.millisecondsMinDefault, millisecondsMax: Int64 = Backoff.millisecondsMaxDefault) {
        precondition(1...millisecondsMax ~= millisecondsMin, "a pause grows from 1 ms or more up to its maximum")
        self.millisecondsMin = millisecondsMin
        self.millisecondsMax = millisecondsMax
        current = millisecondsMin
    }

    /// The next pause, between half and all of what it has grown to. `jitter` is in 0..<1 (`System.jitter`).
    public mutating func next(jitter: Double) -> Int64 {
        let pause = current
        current = min(millisecondsMax, current > millisecondsMax / 2 ? millisecondsMax : current * 2)
        return pause - Int64(Double(pause / 2) * jitter)
    }

    /// After a success: the next failure waits shortly again.
    public mutating func reset() { current = millisecondsMin }
}
