import Net
import Threads

/// How often forms may come from one place: a few at once, then one in a while. Source: the generic cell rate algorithm
/// (ITU-T I.371 Annex A), which needs one number a sender.
public final class SenderPace: @unchecked Sendable {  // `due` is guarded by `lock`.
    public static let atOnceMax: Int64 = 5
    public static let intervalMilliseconds: Int64 = 120_000
    /// Senders in memory; beyond, whoever would be forgotten first is.
    public static let sendersMax = 10_000

    private let lock = Lock()
    /// For each sender the time at which everything that it sent would have been paced out.
    private var due: [IPAddress: Int64] = [:]

    public init() {}

    /// Takes one form into account; nil when it may come, else how many milliseconds are to pass before.
    public func wait(of sender: IPAddress, now: Int64) -> Int64? {
        // Whoever has one IPv6 address has a whole /64 of them.
        let network = sender.network(bits4: 32, bits6: 64)
        return lock.withLock {
            let start = max(now, due[network] ?? now)
            let early = start - now - (SenderPace.atOnceMax - 1) * SenderPace.intervalMilliseconds
            guard early <= 0 else { return early }
            if due[network] == nil, due.count >= SenderPace.sendersMax { makeRoom(now: now) }
            due[network] = start + SenderPace.intervalMilliseconds
            return nil
        }
    }

    var senderCount: Int { lock.withLock { due.count } }

    private func makeRoom(now: Int64) {
        due = due.filter { $0.value > now }
        guard due.count >= SenderPace.sendersMax, let first = due.min(by: { $0.value < $1.value })?.key else { return }
        due[first] = nil
    }
}
