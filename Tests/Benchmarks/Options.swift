import Glibc

/// What a run is asked for.
struct Options {
    static let usage = """
        usage: benchmarks [--quick] [--only NAME] [--out DIR] [--check]

          --quick      short rounds on small tables: shows that everything runs, judges nothing
          --only NAME  one of: \(BenchmarkRun.names.joined(separator: ", "))
          --out DIR    where the JSON goes, and the files measured on: a real disk (default ./.bench)
          --check      exit 1 when a target is missed
        """

    private(set) var effort = Effort.full
    private(set) var isQuick = false
    private(set) var isChecked = false
    private(set) var only: String?
    private(set) var outFolder = ".bench"

    /// Ends the process with EX_USAGE when the words make no sense.
    init(_ words: some Sequence<String>) {
        var words = words.makeIterator()
        while let word = words.next() {
            switch word {
            case "--quick":
                isQuick = true
                effort = .quick
            case "--check": isChecked = true
            case "--only":
                only = words.next()
                if !BenchmarkRun.names.contains(only ?? "") { Options.refuse("--only needs a name") }
            case "--out":
                guard let folder = words.next(), !folder.isEmpty else { Options.refuse("--out needs a folder") }
                outFolder = folder
            case "--help":
                printLine(Options.usage)
                exit(EXIT_SUCCESS)
            default: Options.refuse("unknown option \(word)")
            }
        }
        if isQuick && isChecked { Options.refuse("--quick judges nothing, so there is nothing to check") }
    }

    private static func refuse(_ problem: String) -> Never {
        printLine("benchmarks: \(problem)\n\(usage)", to: STDERR_FILENO)
        exit(EX_USAGE)
    }
}

/// How much is measured. A round measures both sides, one after the other.
struct Effort {
    let rounds: Int
    let exchangesPerRound: Int
    let appendsPerRound: Int
    let appendConversations: Int
    let readsPerRound: Int
    let readMessages: Int
    let readConversations: Int
    let talkMessages: Int
    let talkConversations: Int
    let webhooksOfOne: Int
    let webhooksOfMany: Int
    let largeWebhooks: Int
    let updatesOfLargeWebhook: Int
    /// In the stores from which people are erased.
    let erasureMessages: [Int]
    let erasuresAlone: Int
    let erasuresQueued: Int

    static let full = Effort(
        rounds: 9, exchangesPerRound: 4_000, appendsPerRound: 30_000, appendConversations: 1_000, readsPerRound: 1_000,
        readMessages: 100_000, readConversations: 1_000, talkMessages: 1_000_000, talkConversations: 20_000, webhooksOfOne: 1_000,
        webhooksOfMany: 20_000, largeWebhooks: 5, updatesOfLargeWebhook: 1_000, erasureMessages: [100_000, 1_000_000],
        erasuresAlone: 100, erasuresQueued: 1_000)
    static let quick = Effort(
        rounds: 3, exchangesPerRound: 200, appendsPerRound: 1_000, appendConversations: 100, readsPerRound: 50, readMessages: 5_000,
        readConversations: 20, talkMessages: 5_000, talkConversations: 100, webhooksOfOne: 50, webhooksOfMany: 500, largeWebhooks: 1,
        updatesOfLargeWebhook: 50, erasureMessages: [5_000], erasuresAlone: 5, erasuresQueued: 20)
}

func printLine(_ line: String, to descriptor: Int32 = STDOUT_FILENO) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
}
