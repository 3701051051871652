/// One row of the report: what we take or reach in each round, beside what bare C takes or reaches in the same round.
struct Measurement {
    enum Unit: String {
        case microseconds = "µs"
        case milliseconds = "ms"
        case perSecond = "/s"
        case mebibytes = "MiB"
    }

    enum Target {
        /// What the ratio ours : baseline has to keep.
        case atMost(Double)
        case atLeast(Double)
        /// What ours has to keep, whatever the baseline takes.
        case takesAtMost(microseconds: Double)
        /// The same of a larger work, of a rate, and of memory.
        case lastsAtMost(milliseconds: Double)
        case reachesAtLeast(perSecond: Double)
        case holdsAtMost(mebibytes: Double)
        /// What ours may take beyond the baseline.
        case addsAtMost(microseconds: Double)
    }

    struct Round {
        let ours: Double
        let baseline: Double
        var ratio: Double { ours / baseline }
        var added: Double { ours - baseline }
    }

    let work: String
    /// Pinning, table size, id order, durability: without them a figure says nothing.
    let setting: String
    let unit: Unit
    let target: Target
    let rounds: [Round]

    var ours: Double { median(rounds.map(\.ours)) }
    var baseline: Double { median(rounds.map(\.baseline)) }
    var ratio: Double { median(rounds.map(\.ratio)) }
    var added: Double { median(rounds.map(\.added)) }
    var ratioMin: Double { rounds.map(\.ratio).min() ?? .nan }
    var ratioMax: Double { rounds.map(\.ratio).max() ?? .nan }

    var meetsTarget: Bool {
        switch target {
        case .atMost(let limit): ratio <= limit
        case .atLeast(let limit): ratio >= limit
        case .takesAtMost(microseconds: let limit), .lastsAtMost(milliseconds: let limit), .holdsAtMost(mebibytes: let limit): ours <= limit
        case .reachesAtLeast(perSecond: let limit): ours >= limit
        case .addsAtMost(microseconds: let limit): added <= limit
        }
    }
}

/// The middle one; of an even number the upper of the two.
func median<Value: Comparable>(_ values: [Value]) -> Value {
    precondition(!values.isEmpty, "a median needs something measured")
    return values.sorted()[values.count / 2]
}

/// The value below which so large a share of nanoseconds lies, in microseconds.
func quantile(_ nanoseconds: [Int64], _ share: Double) -> Double {
    let sorted = nanoseconds.sorted()
    return Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]) / 1000
}

/// Median of nanoseconds, in microseconds.
func medianMicroseconds(_ nanoseconds: [Int64]) -> Double { Double(median(nanoseconds)) / 1000 }

/// A number with so many digits behind the point.
func decimal(_ value: Double, places: Int) -> String {
    guard value.isFinite else { return "-" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let scaled = Int64((abs(value) * scale).rounded())
    let whole = "\(value < 0 ? "-" : "")\(scaled / Int64(scale))"
    guard places > 0 else { return whole }
    let digits = String(scaled % Int64(scale))
    return whole + "." + String(repeating: "0", count: places - digits.count) + digits
}
