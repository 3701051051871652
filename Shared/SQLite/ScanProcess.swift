import Glibc

/// The scan as a child process: the same binary started with `--scan`, lines in, lines out.
///
/// In:  `file <path>`, `needle <hex>`, `end`
/// Out: `hit <file> <page> <place> <table or -> <needle>`, `unreadable <file>`, and at the end `done files=N bytes=N hits=N`;
///      `<file>` and `<needle>` are places in the lists, from 0. What was sent or found is never repeated.
extension ByteScan {
    public static let argument = "--scan"
    /// Of input or output.
    public static let protocolBytesMax = 16 << 20

    /// Scans in a child process and waits for it. Not within a transaction: it takes about a second per 500 MB.
    ///
    /// A child, because closing a descriptor of a database drops this process's locks on it. `needles` have 4 to 1024 bytes.
    /// Throws `misuse` for lists out of bounds, `io` when the child fails, `interrupted` past the deadline.
    public static func inChildProcess(
        files: [String], needles: [[UInt8]], executable: String = "/proc/self/exe", deadlineMilliseconds: Int64 = 60_000
    ) throws(DatabaseError) -> Report {
        guard files.count <= fileCountMax, needles.count <= Needles.countMax, files.allSatisfy({ !$0.utf8.contains(10) }),
            needles.allSatisfy({ (Needles.lengthMin...Needles.lengthMax).contains($0.count) })
        else { throw failure(.misuse, "files or needles are too many, too short or too long") }
        let request = files.map { "file \($0)\n" }.joined() + needles.map { "needle \(hex($0))\n" }.joined() + "end\n"
        let child = try ScanChild(executable)
        try child.send(Array(request.utf8))
        let output = try child.receiveAll(deadlineNanoseconds: MonotonicClock.nanoseconds() + deadlineMilliseconds * 1_000_000)
        guard let report = Report(lines: String(decoding: output, as: UTF8.self)), report.fileCount == files.count else {
            throw failure(.io, "the scanning process ended early")
        }
        return report
    }

    /// What `main` does when its first argument is `--scan`; returns the exit status: 0 scanned (look at the lines), 64 bad input.
    public static func runAsChild(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO) -> Int32 {
        guard let request = read(all: input), let (files, needles) = parse(request) else { return EX_USAGE }
        let report = ByteScan(needles).scan(files)
        var lines = ""
        for hit in report.hits {
            let table = hit.table.map { String($0.map { $0.isWhitespace ? "_" : $0 }) } ?? "-"
            lines += "hit \(hit.file) \(hit.page) \(hit.place.rawValue) \(table) \(hit.needle)\n"
        }
        for file in report.unreadable { lines += "unreadable \(file)\n" }
        lines += "done files=\(report.fileCount) bytes=\(report.byteCount) hits=\(report.hitCount)\n"
        return write(all: Array(lines.utf8), to: output) ? EXIT_SUCCESS : EX_IOERR
    }

    private static func parse(_ request: [UInt8]) -> (files: [String], needles: [[UInt8]])? {
        var files: [String] = []
        var needles: [[UInt8]] = []
        for line in String(decoding: request, as: UTF8.self).split(separator: "\n") {
            if line == "end" { return (files, needles) }
            if line.hasPrefix("file ") {
                files.append(String(line.dropFirst(5)))
            } else if line.hasPrefix("needle "), let needle = bytes(hex: line.dropFirst(7)),
                (Needles.lengthMin...Needles.lengthMax).contains(needle.count)
            {
                needles.append(needle)
            } else {
                return nil
            }
            guard files.count <= fileCountMax, needles.count <= Needles.countMax else { return nil }
        }
        return nil
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func bytes(hex: Substring) -> [UInt8]? {
        let digits = hex.compactMap(\.hexDigitValue)
        guard digits.count == hex.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func read(all input: Int32) -> [UInt8]? {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= protocolBytesMax {
            let got = Glibc.read(input, &chunk, chunk.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else { return nil }
            if got == 0 { return bytes }
            bytes += chunk[..<got]
        }
        return nil
    }

    private static func write(all bytes: [UInt8], to output: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { Glibc.write(output, $0.baseAddress, $0.count) }
            if sent < 0 && errno == EINTR { continue }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    static func failure(_ code: DatabaseError.Code, _ hint: String) -> DatabaseError {
        DatabaseError(code, operation: "byte scan", hint: hint)
    }
}

extension ByteScan.Report {
    /// From a child's output; nil unless it is complete.
    init?(lines: String) {
        self.init()
        var isDone = false
        for line in lines.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "hit":
                guard words.count == 6, let file = Int(words[1]), let page = Int(words[2]), let needle = Int(words[5]),
                    let place = ByteScan.Place(rawValue: String(words[3]))
                else { return nil }
                hits.append(
                    ByteScan.Hit(file: file, page: page, place: place, table: words[4] == "-" ? nil : String(words[4]), needle: needle))
            case "unreadable":
                guard words.count == 2, let file = Int(words[1]) else { return nil }
                unreadable.append(file)
            case "done":
                let numbers = words.dropFirst().compactMap { word in word.split(separator: "=").last.flatMap { Int($0) } }
                guard numbers.count == 3 else { return nil }
                (fileCount, byteCount, hitCount) = (numbers[0], numbers[1], numbers[2])
                isDone = true
            default: return nil
            }
        }
        guard isDone else { return nil }
    }
}
