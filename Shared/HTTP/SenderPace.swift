import Net
import Threads

/// How often forms may come from one place: a few at once, then one in a while. Source: the generic cell rate algorithm
/// (ITU-T I.371 Annex A), which needs one number a sender.
public final class SenderPace: @unchecked Sendable {  // `due` and `pacesProxy` are guarded by `lock`.
    public static let atOnceMax: Int64 = 5
    public static let intervalMilliseconds: Int64 = 120_000
    /// Senders in memory; beyond, whoever would be forgotten first is.
    public static let sendersMax = 10_000

    private let lock = Lock()
    /// For each sender the time at which everything that it sent would have been paced out.
    private var due: [IPAddress: Int64] = [:]
    private var pacesProxy = false

    public init() {}

    /// Takes one form into account; nil when it may come, else how many milliseconds are to pass before.
    public func wait(of sender: IPAddress, now: Int64) -> Int64? {
        // Whoever has one IPv6 address has a whole /56 of them, and a site its 256 (RFC 6177): none can fill the memory alone.
        let network = sender.network(bits4: 32, bits6: 56)
        return lock.withLock {
            let start = max(now, due[network] ?? now)
            let early = start - now - (SenderPace.atOnceMax - 1) * SenderPace.intervalMilliseconds
            guard early <= 0 else {
                if sender.isLocal { pacesProxy = true }
                return early
            }
            if due[network] == nil, due.count >= SenderPace.sendersMax { makeRoom(now: now) }
            due[network] = start + SenderPace.intervalMilliseconds
            return nil
        }
    }

    /// Whether an address was turned away that no visitor of a website has: so a proxy stands in front that doesn't say whom it speaks for,
    /// and all visitors share one pace.
    public var hasTurnedProxyAway: Bool { lock.withLock { pacesProxy } }

    var senderCount: Int { lock.withLock { due.count } }

    private func makeRoom(now: Int64) {
        due = due.filter { $0.value > now }
        guard due.count >= SenderPace.sendersMax, let first = due.min(by: { $0.value < $1.value })?.key else { return }
        due[first] = nil
    }
}
