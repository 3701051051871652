import Wire

/// The table on the screen and the JSON in a file.
struct Report {
    private static let widths = [32, 12, 12, 22, 10]

    let machine: Machine
    /// A quick run's figures say nothing about speed.
    let isJudged: Bool
    var measurements: [Measurement] = []

    init(machine: Machine, isJudged: Bool) {
        self.machine = machine
        self.isJudged = isJudged
    }

    var header: String { "\(machine.line)\n\n" + line(["work", "ours", "baseline", "ratio (lowest–highest)", "must"]) }

    func row(_ measurement: Measurement) -> String {
        let spread = "\(decimal(measurement.ratioMin, places: 2))–\(decimal(measurement.ratioMax, places: 2))"
        let verdict = !isJudged ? "" : measurement.meetsTarget ? "ok" : "MISSED"
        return line([
            measurement.work, figure(measurement.ours, measurement.unit), figure(measurement.baseline, measurement.unit),
            "\(decimal(measurement.ratio, places: 2)) (\(spread))", must(measurement.target)
        ]) + verdict
    }

    var footer: String {
        "\nratios: median over the rounds of ours : baseline, the two measured one after the other in each round\n"
            + measurements.map { "\($0.work): \($0.rounds.count) rounds; \($0.setting)" }.joined(separator: "\n")
    }

    /// `<UTC time>.json`, and the same as `latest.json`; returns their paths.
    func save(in folder: String) throws -> [String] {
        let files = ["\(folder)/\(machine.time.split(separator: ":").joined(separator: "-")).json", "\(folder)/latest.json"]
        for file in files { try WorkFolder.write(json, to: file) }
        return files
    }

    private var json: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("time")
        writer.string(machine.time)
        writer.name("processor")
        writer.string(machine.processor)
        writer.name("cores")
        writer.int(Int64(machine.cores))
        writer.name("kernel")
        writer.string(machine.kernel)
        writer.name("load")
        writer.string(machine.load)
        writer.name("syncMicroseconds")
        writer.raw(decimal(machine.syncMicroseconds, places: 1).utf8)
        writer.name("judged")
        writer.bool(isJudged)
        writer.name("rows")
        writer.beginArray()
        for measurement in measurements { write(measurement, into: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes + [UInt8(ascii: "\n")]
    }

    private func write(_ measurement: Measurement, into writer: inout JSONWriter) {
        writer.beginObject()
        writer.name("work")
        writer.string(measurement.work)
        writer.name("setting")
        writer.string(measurement.setting)
        writer.name("unit")
        writer.string(measurement.unit.rawValue)
        for (name, value) in [
            ("ours", measurement.ours), ("baseline", measurement.baseline), ("ratio", measurement.ratio),
            ("ratioLowest", measurement.ratioMin), ("ratioHighest", measurement.ratioMax)
        ] {
            writer.name(name)
            writer.raw(decimal(value, places: 3).utf8)
        }
        writer.name("must")
        writer.string(must(measurement.target))
        writer.name("met")
        if isJudged { writer.bool(measurement.meetsTarget) } else { writer.null() }
        writer.name("ratios")
        writer.beginArray()
        for round in measurement.rounds { writer.raw(decimal(round.ratio, places: 3).utf8) }
        writer.endArray()
        writer.endObject()
    }

    private func must(_ target: Measurement.Target) -> String {
        switch target {
        case .atMost(let limit): "≤ \(decimal(limit, places: 2))"
        case .atLeast(let limit): "≥ \(decimal(limit, places: 2))"
        case .takesAtMost(microseconds: let limit): "≤ \(decimal(limit, places: 0)) µs"
        case .lastsAtMost(milliseconds: let limit): "≤ \(decimal(limit, places: 0)) ms"
        case .reachesAtLeast(perSecond: let limit): "≥ \(decimal(limit, places: 0)) /s"
        case .holdsAtMost(mebibytes: let limit): "≤ \(decimal(limit, places: 0)) MiB"
        case .addsAtMost(microseconds: let limit): "+ \(decimal(limit, places: 0)) µs"
        }
    }

    private func figure(_ value: Double, _ unit: Measurement.Unit) -> String {
        switch unit {
        case .microseconds, .milliseconds, .mebibytes: "\(decimal(value, places: 1)) \(unit.rawValue)"
        case .perSecond: "\(decimal(value, places: 0)) \(unit.rawValue)"
        }
    }

    private func line(_ words: [String]) -> String {
        zip(words, Report.widths).map { $0 + String(repeating: " ", count: max(1, $1 - $0.count)) }.joined()
    }
}
