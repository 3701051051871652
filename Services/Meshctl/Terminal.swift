import Glibc

/// What a person reads: colour only where somebody looks, tables with columns that line up.
enum Terminal {
    static let isInteractive = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil

    static func say(_ text: String = "") { write(text + "\n", to: STDOUT_FILENO) }
    static func complain(_ text: String) { write("meshctl: \(text)\n", to: STDERR_FILENO) }

    static func bold(_ text: String) -> String { isInteractive ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    static func table(_ head: [String], _ rows: [[String]], indent: String = "") {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        for (index, row) in ([head] + rows).enumerated() {
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            var line = indent + cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            say(index == 0 ? bold(line) : line)
        }
    }

    /// Unbuffered: what is said stands before whatever happens next.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno != EINTR { return }  // Nobody listens any more.
            rest = rest.dropFirst(max(0, count))
        }
    }
}
