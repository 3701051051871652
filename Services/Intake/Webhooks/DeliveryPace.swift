import Domain
import Threads

/// How fast events may come: all together, and those of one channel. Source: the generic cell rate algorithm (ITU-T I.371 Annex A), which
/// needs one number each.
final class DeliveryPace: @unchecked Sendable {  // `due` and `dueOfAll` are guarded by `lock`.
    /// The events of so much time may come at once.
    static let atOnceMilliseconds: Int64 = 1000
    /// Channels in memory; beyond, those whose events are paced out are forgotten.
    static let channelsMax = 10_000

    private let microsecondsAnEvent: Int64
    private let microsecondsAChannelEvent: Int64
    private let lock = Lock()
    /// When everything that came would have been paced out, in microseconds.
    private var due: [ChannelID: Int64] = [:]
    private var dueOfAll: Int64 = 0

    /// - Parameters: events a second, one to a million.
    init(perSecond: Int64, perChannelAndSecond: Int64) {
        microsecondsAnEvent = 1_000_000 / perSecond
        microsecondsAChannelEvent = 1_000_000 / perChannelAndSecond
    }

    /// Takes one delivery into account; nil when it may come, else how many milliseconds are to pass before.
    ///
    /// A delivery comes whole or not at all, however many events it has: those after it wait the longer. Of several channels in one
    /// delivery only all together are turned away, so that none pays for its neighbour.
    /// - Parameter others: events and pieces of no channel.
    func wait(for counts: [ChannelID: Int64], others: Int64, now milliseconds: Int64) -> Int64? {
        let now = milliseconds * 1000
        let latest = now + DeliveryPace.atOnceMilliseconds * 1000
        return lock.withLock {
            if dueOfAll > latest { return DeliveryPace.milliseconds(dueOfAll - latest) }
            let earliest = counts.keys.map { due[$0] ?? now }.min() ?? now
            if earliest > latest { return DeliveryPace.milliseconds(earliest - latest) }
            if due.count > DeliveryPace.channelsMax { due = due.filter { $0.value > now } }
            for (channel, count) in counts { due[channel] = max(now, due[channel] ?? now) + count * microsecondsAChannelEvent }
            let total = counts.values.reduce(others, +)
            dueOfAll = max(now, dueOfAll) + total * microsecondsAnEvent
            return nil
        }
    }

    private static func milliseconds(_ microseconds: Int64) -> Int64 { (microseconds + 999) / 1000 }
}
