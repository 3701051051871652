/// One row of the report: what we take or reach in each round, beside what bare C takes or reaches in the same round.
struct Measurement {
    enum Unit: String {
        case microseconds = "µs"
        case perSecond = "/s"
    }

    /// What the ratio ours : baseline has to keep.
    enum Target {
        case atMost(Double)
        case atLeast(Double)
    }

    struct Round {
        let ours: Double
        let baseline: Double
        var ratio: Double { ours / baseline }
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
    var ratioMin: Double { rounds.map(\.ratio).min() ?? .nan }
    var ratioMax: Double { rounds.map(\.ratio).max() ?? .nan }

    var meetsTarget: Bool {
        switch target {
        case .atMost(let limit): ratio <= limit
        case .atLeast(let limit): ratio >= limit
        }
    }
}

/// The middle one; of an even number the upper of the two.
func median<Value: Comparable>(_ values: [Value]) -> Value {
    precondition(!values.isEmpty, "a median needs something measured")
    return values.sorted()[values.count / 2]
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
