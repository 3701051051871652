import Threads

/// Logs what strangers can cause as often as they like, so that they can't fill the disk: at most one line of an event in
/// `intervalMilliseconds`, and in the next one, as `count`, how many were not written since.
public final class LogLimiter: Sendable {
    public static let intervalMilliseconds: Int64 = 1000

    private struct Last {
        var at: Int64
        var leftOut: Int64
    }

    private let log: Log
    private let clock: any Clock
    private let lock = Lock()
    // Guarded by `lock`. As many as there are events in the source code.
    nonisolated(unsafe) private var last: [String: Last] = [:]

    public init(_ log: Log, _ system: System) {
        self.log = log
        clock = system.clock
    }

    /// As `Log.event`. Lines of one event are counted together, whatever their fields say.
    public func event(_ event: StaticString, level: Log.Level = .warning, _ fields: (StaticString, LogValue)...) {
        guard let leftOut = admit(event.description) else { return }
        log.event(event, level: level, fields: leftOut > 0 ? fields + [("count", .int(leftOut))] : fields)
    }

    /// How many were left out before this one; nil when it is to be left out too.
    private func admit(_ name: String) -> Int64? {
        let now = clock.monotonicMilliseconds
        return lock.withLock {
            if let known = last[name], now - known.at < LogLimiter.intervalMilliseconds {
                last[name]?.leftOut += 1
                return nil
            }
            return last.updateValue(Last(at: now, leftOut: 0), forKey: name)?.leftOut ?? 0
        }
    }
}
