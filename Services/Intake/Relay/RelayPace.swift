/// When the relay goes round, as a value.
///
/// A round takes along all that waits, and the next begins when it is over: so one commit of the store serves every channel. Then the
/// relay rests for as long as the round took, and what comes meanwhile goes together: the more there is to do, the more is done at once.
/// After a round that could not take all it doesn't rest.
struct RelayPace: Sendable {
    static let restMillisecondsMax: Int64 = 50

    private var beganAt: Int64 = 0
    private var restsUntil: Int64 = 0
    private var isBehind = false
    /// A round comes by itself once the rest is over: nobody needs to wake the relay.
    private(set) var isResting = false

    /// How many milliseconds are still to be rested; nil when a round may begin. All times are monotonic milliseconds.
    mutating func rest(now: Int64) -> Int64? {
        isResting = now < restsUntil
        return isResting ? restsUntil - now : nil
    }

    mutating func begin(now: Int64) {
        beganAt = now
        isBehind = false
    }

    /// A channel has more than its batch took.
    mutating func fallBehind() { isBehind = true }

    /// Nothing is under way any more.
    mutating func end(now: Int64) {
        restsUntil = isBehind ? now : now + min(max(0, now - beganAt), RelayPace.restMillisecondsMax)
    }
}
