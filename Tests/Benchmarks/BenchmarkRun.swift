import Glibc

/// Work that is measured in rounds, each with its own raw baseline.
protocol Benchmark: Sendable {
    static var name: String { get }
    func run(_ effort: Effort, _ folder: WorkFolder) throws -> [Measurement]
}

/// Everything that was asked for, measured and reported.
struct BenchmarkRun {
    private static let all: [any Benchmark] = [
        RoundTripBenchmark(), EnforcementBenchmark(), AppendBenchmark(), LastMessagesBenchmark(), IndexBenchmark(), TalksBenchmark(),
        ContextBenchmark(), WebhookBenchmark(), ErasureBenchmark()
    ]
    static let names = all.map { type(of: $0).name }

    private let options: Options

    init(_ options: Options) { self.options = options }

    /// Returns the exit code: a missed target counts only when asked to check.
    func run() throws -> Int32 {
        let folder = try WorkFolder(in: options.outFolder)
        do {
            let code = try run(folder)
            try folder.remove()
            return code
        } catch {
            try folder.remove()
            throw error
        }
    }

    private func run(_ folder: WorkFolder) throws -> Int32 {
        guard sysconf(Int32(_SC_NPROCESSORS_ONLN)) >= 2 else { throw BenchmarkFailure("two cores are needed: one process on each") }
        var report = Report(machine: try Machine(folder), isJudged: !options.isQuick)
        printLine(report.header)
        for benchmark in BenchmarkRun.all where options.only == nil || options.only == type(of: benchmark).name {
            for measurement in try benchmark.run(options.effort, folder) {
                report.measurements.append(measurement)
                printLine(report.row(measurement))
            }
        }
        printLine(report.footer)
        for file in try report.save(in: options.outFolder) { printLine("written to \(file)") }
        let isMissed = report.measurements.contains { !$0.meetsTarget }
        return options.isChecked && isMissed ? EXIT_FAILURE : EXIT_SUCCESS
    }
}
