import Threads

/// A service's numbers by name. The unit ends the name where it isn't a count: `wal.bytes`.
public final class Metrics: Sendable {
    typealias Observer = @Sendable (inout [String: Int64]) -> Void

    private let lock = Lock()
    // Guarded by `lock`. A handle keeps the place of its value, so that counting looks nothing up.
    nonisolated(unsafe) private var values: [Int64] = []
    nonisolated(unsafe) private var places: [String: Int] = [:]
    nonisolated(unsafe) private var observers: [Observer] = []

    public init() {}

    /// Something that only grows.
    public struct Counter: Sendable {
        fileprivate let metrics: Metrics
        fileprivate let place: Int

        public func add(_ count: Int64 = 1) { metrics.lock.withLock { metrics.values[place] &+= count } }
    }

    /// Something that goes up and down.
    public struct Gauge: Sendable {
        fileprivate let metrics: Metrics
        fileprivate let place: Int

        public func set(_ value: Int64) { metrics.lock.withLock { metrics.values[place] = value } }
    }

    /// The counter of that name, made at the first asking. Keep it where it is used often.
    public func counter(_ name: StaticString) -> Counter { Counter(metrics: self, place: place(of: name)) }

    /// The gauge of that name, made at the first asking.
    public func gauge(_ name: StaticString) -> Gauge { Gauge(metrics: self, place: place(of: name)) }

    /// A number that is looked up when somebody asks; quick, as `Health.register`'s checks.
    public func observe(_ name: StaticString, _ value: @escaping @Sendable () -> Int64) {
        observe { $0[name.description] = value() }
    }

    /// Everything now.
    public func snapshot() -> [String: Int64] {
        let observers = lock.withLock { self.observers }
        var snapshot = lock.withLock { places.mapValues { values[$0] } }
        // Outside the lock: an observer may take locks of its own.
        for observer in observers { observer(&snapshot) }
        return snapshot
    }

    /// Several numbers that are looked up together.
    func observe(_ observer: @escaping Observer) { lock.withLock { observers.append(observer) } }

    private func place(of name: StaticString) -> Int {
        lock.withLock {
            if let place = places[name.description] { return place }
            values.append(0)
            places[name.description] = values.count - 1
            return values.count - 1
        }
    }
}
