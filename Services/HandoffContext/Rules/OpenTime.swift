import Domain
import HandoffContextContracts

/// Opening hours on the axis of time.
struct OpenTime: Sendable {
    private let zone: TimeZoneFile
    /// By weekday from Monday, in minutes after local midnight, in order.
    private let spans: [[Range<Int64>]]

    struct Invalid: Error {}

    /// - Throws: `Invalid` where there is no span, one that doesn't open before it closes, or two that overlap.
    init(_ hours: OpeningHours, _ zone: TimeZoneFile) throws(Invalid) {
        guard !hours.spans.isEmpty, hours.spans.allSatisfy({ $0.opensMinute < $0.closesMinute }) else { throw Invalid() }
        self.zone = zone
        spans = Weekday.allCases.map { day in
            hours.spans.filter { $0.day == day }.map { $0.opensMinute..<$0.closesMinute }.sorted { $0.lowerBound < $1.lowerBound }
        }
        guard spans.allSatisfy({ zip($0, $0.dropFirst()).allSatisfy { $0.upperBound <= $1.lowerBound } }) else { throw Invalid() }
    }

    /// The moment itself where it is open, else the next opening.
    func opening(from time: Timestamp) -> Timestamp { after(milliseconds: 0, from: time) }

    /// When it has been open for so long since `time`.
    func after(milliseconds: Int64, from time: Timestamp) -> Timestamp {
        var left = milliseconds
        // The day before by UTC may be the same day there.
        var day = time.day - 1
        while true {
            for span in spans[OpenTime.weekday(day)] {
                let opens = max(moment(day, span.lowerBound), time.rawValue)
                let closes = moment(day, span.upperBound)
                guard closes > opens else { continue }
                // Time that ends as it closes has been waited for.
                if left < closes - opens || (left > 0 && left == closes - opens) { return Timestamp(rawValue: opens + left) }
                left -= closes - opens
            }
            day += 1
        }
    }

    /// In milliseconds, of a minute of a local day. Of a minute that the clocks skip or show twice, the earlier of the two it may be.
    private func moment(_ day: Int64, _ minute: Int64) -> Int64 {
        let local = day * 86_400 + minute * 60
        let once = local - zone.offset(at: local - zone.offset(at: local))
        let again = local - zone.offset(at: once)
        return min(once, again) * 1000
    }

    /// From Monday; 1970-01-01 was a Thursday.
    private static func weekday(_ day: Int64) -> Int { Int(((day + 3) % 7 + 7) % 7) }
}
