/// The calls of one client to one service, as a value: who waits, until when, what is sent again after a reconnect, how much may be under way.
///
/// It owns no socket and no clock. `Waiter` is whatever the driver wakes with the answer.
public struct CallMachine<Waiter> {
    /// As the server allows per connection (DESIGN §2).
    @inlinable public static var inFlightMax: Int { 1024 }
    @inlinable public static var inFlightBytesMax: Int { 8 * 1024 * 1024 }
    public static var backoffMillisecondsMin: Int64 { 20 }
    public static var backoffMillisecondsMax: Int64 { 2000 }

    public enum Submission: Sendable, Equatable {
        /// Send its frame now.
        case send
        /// Kept until a connection stands.
        case wait
        /// Nothing was kept; nothing is lost.
        case overloaded
        /// Nothing was kept: the server would close the connection over such a frame, and every neighbour would pay for it.
        case tooLarge
    }

    // What every call passes through is inlinable, so that a driver in another module gets it specialised for its `Waiter`.
    @usableFromInline
    struct Call {
        @usableFromInline let frame: [UInt8]
        @usableFromInline let deadline: Int64
        @usableFromInline let mayRepeat: Bool
        @usableFromInline var isSent: Bool
        @usableFromInline let waiter: Waiter

        @inlinable
        init(frame: [UInt8], deadline: Int64, mayRepeat: Bool, isSent: Bool, waiter: Waiter) {
            self.frame = frame
            self.deadline = deadline
            self.mayRepeat = mayRepeat
            self.isSent = isSent
            self.waiter = waiter
        }
    }

    @usableFromInline var calls = CallTable<Call>()
    @usableFromInline var bytes = 0
    @usableFromInline var isConnected = false
    @usableFromInline var failures = 0
    /// No connection is tried before this time (monotonic milliseconds).
    public internal(set) var connectAt: Int64 = 0

    @inlinable public init() {}

    @inlinable public var isIdle: Bool { calls.count == 0 }

    /// Takes a call whose frame carries `id`: unique, and best counted up.
    @inlinable
    public mutating func submit(id: Int64, frame: [UInt8], deadline: Int64, mayRepeat: Bool, waiter: Waiter) -> Submission {
        guard frame.count <= Frame.headerBytes + Frame.lengthMax else { return .tooLarge }
        guard calls.count < Self.inFlightMax, bytes + frame.count <= Self.inFlightBytesMax else { return .overloaded }
        calls.insert(Call(frame: frame, deadline: deadline, mayRepeat: mayRepeat, isSent: isConnected, waiter: waiter), id)
        bytes += frame.count
        return isConnected ? .send : .wait
    }

    /// A connection stands: what is to be sent over it, in the order of the calls.
    public mutating func connected() -> [[UInt8]] {
        isConnected = true
        failures = 0
        var frames: [[UInt8]] = []
        for id in calls.ids(where: { _ in true }) {
            calls.update(id) { call in
                call.isSent = true
                frames.append(call.frame)
            }
        }
        return frames
    }

    /// The connection ended or never came about. Returns those whose outcome is now unknown and who may not be sent again.
    /// - Parameter jitter: in 0..<1, spreads the reconnects of many clients.
    public mutating func disconnected(now: Int64, jitter: Double) -> [Waiter] {
        isConnected = false
        let pause = min(Self.backoffMillisecondsMax, Self.backoffMillisecondsMin << Int64(min(failures, 7)))
        failures += 1
        connectAt = now + pause / 2 + Int64(Double(pause / 2) * jitter)
        return calls.ids { $0.isSent && !$0.mayRepeat }.compactMap { take($0) }
    }

    /// A reply came: who waits for it; nil when nobody does any more.
    @inlinable
    public mutating func received(_ id: Int64) -> Waiter? { take(id) }

    /// As above, when it is the only call under way; else nil, and nothing has changed.
    @inlinable
    public mutating func receivedAlone(_ id: Int64) -> Waiter? { calls.count == 1 ? take(id) : nil }

    /// Those whose deadline has passed.
    @inlinable
    public mutating func expired(now: Int64) -> [Waiter] {
        calls.ids { $0.deadline <= now }.compactMap { take($0) }
    }

    /// Everyone who waits, when the client closes.
    public mutating func close() -> [Waiter] {
        isConnected = false
        return calls.ids { _ in true }.compactMap { take($0) }
    }

    public var nextDeadline: Int64? {
        var next: Int64?
        _ = calls.ids { call in
            next = min(next ?? call.deadline, call.deadline)
            return false
        }
        return next
    }

    @inlinable
    mutating func take(_ id: Int64) -> Waiter? {
        guard let call = calls.remove(id) else { return nil }
        bytes -= call.frame.count
        return call.waiter
    }
}
