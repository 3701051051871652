import ConversationStoreContracts
import Domain
import Runtime

/// Which channels have something to send, which are under way, and which wait after a failure, as a value.
///
/// One batch of a channel is under way at a time: so events of a conversation reach the store in the order in which they were taken in.
struct RelayLanes: Sendable {
    /// Batches under way over all channels.
    static let inFlightMax = 16
    /// So often one event is offered alone before it is parked.
    static let refusalsMax = 3

    private enum State: Equatable {
        /// Something may be waiting since this turn.
        case waiting(turn: UInt64)
        /// A batch is under way; `hasNews`: more came since it was read.
        case inFlight(hasNews: Bool)
        /// After a failure, until this time (monotonic milliseconds).
        case pausing(until: Int64)
    }

    private var lanes: [ChannelID: State] = [:]
    private var backoffs: [ChannelID: Backoff] = [:]
    private var suspects: [ChannelID: Suspects] = [:]
    private var lastTurn: UInt64 = 0
    private(set) var inFlightCount = 0

    var isEmpty: Bool { lanes.isEmpty }

    /// Something was committed for these channels.
    mutating func arrived(_ channels: some Sequence<ChannelID>) {
        for channel in channels {
            switch lanes[channel] {
            case nil: wait(channel)
            case .inFlight: lanes[channel] = .inFlight(hasNews: true)
            case .waiting, .pausing: break
            }
        }
    }

    /// Channels whose next batch is to be read and sent now, those that wait longest first. They count as under way.
    mutating func begin(now: Int64) -> [ChannelID] {
        let due = lanes.compactMap { channel, state -> (turn: UInt64, channel: ChannelID)? in
            switch state {
            case .waiting(let turn): (turn, channel)
            case .pausing(let until): until <= now ? (0, channel) : nil
            case .inFlight: nil
            }
        }
        let channels = due.sorted { $0 < $1 }.prefix(RelayLanes.inFlightMax - inFlightCount).map(\.channel)
        for channel in channels { lanes[channel] = .inFlight(hasNews: false) }
        inFlightCount += channels.count
        return channels
    }

    /// How many events the channel's next batch may have.
    func batchMax(of channel: ChannelID) -> Int { suspects[channel]?.batchMax ?? AppendEvents.countMax }

    /// When the next pause ends; nil when none does.
    var nextDue: Int64? {
        lanes.values.compactMap { state in
            switch state {
            case .pausing(let until): until
            case .waiting, .inFlight: nil
            }
        }.min()
    }

    /// The channel had no rows: it leaves, unless some came since.
    mutating func foundEmpty(_ channel: ChannelID) {
        guard case .inFlight(let hasNews) = lanes[channel] else { return }
        inFlightCount -= 1
        if hasNews { wait(channel) } else { lanes[channel] = nil }
    }

    /// The batch's rows are gone; there may be more.
    mutating func succeeded(_ channel: ChannelID, count: Int) {
        guard case .inFlight = lanes[channel] else { return }
        inFlightCount -= 1
        backoffs[channel] = nil
        suspects[channel] = suspects[channel]?.without(count)
        wait(channel)
    }

    /// The store will never take the batch as it is. True when its only event is to be parked: then the batch stays under way. Else
    /// smaller batches follow, or the single event after a pause: what refuses it may be mended.
    mutating func refused(_ channel: ChannelID, count: Int, now: Int64, jitter: Double) -> Bool {
        guard case .inFlight = lanes[channel] else { return false }
        if count > 1 {
            suspects[channel] = Suspects(batchMax: count / 2, remaining: count)
            inFlightCount -= 1
            wait(channel)
            return false
        }
        var suspect = suspects[channel] ?? Suspects(batchMax: 1, remaining: 1)
        suspect.refusals += 1
        suspects[channel] = suspect
        if suspect.refusals >= RelayLanes.refusalsMax { return true }
        failed(channel, now: now, jitter: jitter)
        return false
    }

    /// Nothing is known of the batch: it is sent again later.
    mutating func failed(_ channel: ChannelID, now: Int64, jitter: Double) {
        guard case .inFlight = lanes[channel] else { return }
        inFlightCount -= 1
        lanes[channel] = .pausing(until: now + backoffs[channel, default: Backoff()].next(jitter: jitter))
    }

    private mutating func wait(_ channel: ChannelID) {
        lastTurn += 1
        lanes[channel] = .waiting(turn: lastTurn)
    }
}

/// Events of which at least one was refused: sent in halves until it stands alone.
private struct Suspects {
    let batchMax: Int
    /// Those of the refused batch that have not been taken yet.
    let remaining: Int
    /// Of the one that stands alone.
    var refusals = 0

    init(batchMax: Int, remaining: Int) {
        self.batchMax = batchMax
        self.remaining = remaining
    }

    /// nil when all have been taken.
    func without(_ count: Int) -> Suspects? {
        count < remaining ? Suspects(batchMax: batchMax, remaining: remaining - count) : nil
    }
}
