import Glibc

/// How a process ends that can't go on. Source of the codes: sysexits(3).
enum Failure {
    /// What the operator must change; each on a line of stderr.
    static func configuration(_ problems: [String]) -> Never {
        for problem in problems { complain(problem) }
        exit(EX_CONFIG)
    }

    /// Something broke that a new start may or may not mend.
    static func software(_ problem: String) -> Never {
        complain(problem)
        exit(EX_SOFTWARE)
    }

    private static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        // Nobody is left to tell when stderr fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
