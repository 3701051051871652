import HTTP
import Runtime
import Threads

/// What is between a delivery and the disk: room, what waits already, memory, pace. Whoever is turned away was told that nothing is
/// stored, and comes again.
final class DeliveryLimits: @unchecked Sendable {  // `bytesUnderWay` is guarded by `lock`.
    /// Until then something may have gone on.
    static let retryAfterSeconds: Int64 = 5

    enum Excess: Equatable, Sendable {
        /// The last of the disk is for deletions.
        case disk
        /// conversation-store takes less than comes in.
        case backlog
        /// Too much waits for its commit.
        case load
        case pace(milliseconds: Int64)
    }

    private let clock: any Clock
    private let reserve: DiskReserve
    private let backlog: Backlog
    private let outboxRowsMax: Int64
    private let bytesUnderWayMax: Int
    private let pace: DeliveryPace
    private let lock = Lock()
    private var bytesUnderWay = 0

    init(_ clock: any Clock, _ configuration: IntakeConfiguration, _ reserve: DiskReserve, _ backlog: Backlog) {
        self.clock = clock
        self.reserve = reserve
        self.backlog = backlog
        outboxRowsMax = configuration.outboxRowsMax
        bytesUnderWayMax = Int(configuration.deliveryBytesMax)
        pace = DeliveryPace(perSecond: configuration.eventsPerSecond, perChannelAndSecond: configuration.channelEventsPerSecond)
    }

    var hasRoom: Bool { reserve.hasRoom }

    /// Whether anything more may come in now, whatever it is; nil when it may.
    var excess: Excess? {
        if !reserve.hasRoom { return .disk }
        return backlog.rows >= outboxRowsMax ? .backlog : nil
    }

    /// Whether a body may be split; nil when it may: then `leave` follows, once it is decided.
    func enter(bytes: Int) -> Excess? {
        if let excess { return excess }
        return lock.withLock {
            // One alone always may, else it never could.
            guard bytesUnderWay == 0 || bytesUnderWay + bytes <= bytesUnderWayMax else { return .load }
            bytesUnderWay += bytes
            return nil
        }
    }

    func leave(bytes: Int) { lock.withLock { bytesUnderWay -= bytes } }

    /// Whether these events may come now; nil when they may.
    func pace(_ delivery: Delivery) -> Excess? {
        let counts = Dictionary(delivery.arrivals.map { ($0.channel, Int64(1)) }, uniquingKeysWith: +)
        let others = Int64(max(1, delivery.quarantined.count))
        return pace.wait(for: counts, others: others, now: clock.monotonicMilliseconds).map { .pace(milliseconds: $0) }
    }
}

extension DeliveryLimits.Excess {
    var word: StaticString {
        switch self {
        case .disk: "diskReserve"
        case .backlog: "backlog"
        case .load: "load"
        case .pace: "pace"
        }
    }

    /// For a caller over the mesh.
    var message: String {
        switch self {
        case .disk: "the disk's reserve is kept for deletions: free disk space"
        case .backlog: "too much waits for conversation-store: try again later"
        case .load: "too much is being taken in: try again later"
        case .pace(let milliseconds): "too many events at once: try again in \(milliseconds) ms"
        }
    }

    /// For a platform.
    var response: HTTPResponse {
        let (status, seconds): (HTTPStatus, Int64) =
            switch self {
            case .disk, .backlog, .load: (.serviceUnavailable, DeliveryLimits.retryAfterSeconds)
            case .pace(let milliseconds): (.tooManyRequests, (milliseconds + 999) / 1000)
            }
        return .text("Try again later.\n", status).adding("Retry-After", String(seconds))
    }
}
