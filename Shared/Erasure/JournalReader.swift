import Glibc
import Wire

/// Reads `erasures.journal`, a part at a time. What stands behind the last newline was cut off by a crash, was promised to nobody, and is
/// passed over.
public struct JournalReader: Sendable {
    private static let partBytes = 1 << 20

    private let path: String

    public init(dataFolder: String) { path = "\(dataFolder)/\(JournalLine.fileName)" }

    /// How many lines it has; none when there is no journal.
    public func count() throws -> Int64 {
        var count: Int64 = 0
        try eachPart { part in
            for byte in part where byte == UInt8(ascii: "\n") { count += 1 }
        }
        return count
    }

    /// Gives the lines in order, some at a time. A line that is none of ours throws `WireError`: a tombstone would be lost with it.
    public func each(_ body: ([JournalLine]) throws -> Void) throws {
        var rest: [UInt8] = []
        try eachPart { part in
            rest += part
            var lines: [JournalLine] = []
            var start = 0
            for end in rest.indices where rest[end] == UInt8(ascii: "\n") {
                lines.append(try FieldVisitor.read(JournalLine.self, from: rest, start..<end, refusesUnknown: true))
                start = end + 1
            }
            rest.removeFirst(start)
            if !lines.isEmpty { try body(lines) }
        }
    }

    private func eachPart(_ body: (ArraySlice<UInt8>) throws -> Void) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0 && errno == ENOENT { return }
        guard descriptor >= 0 else { throw JournalUnreadable(path: path, errno: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: JournalReader.partBytes)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw JournalUnreadable(path: path, errno: errno) }
            if count == 0 { return }
            try body(buffer[..<count])
        }
    }
}

/// The journal is there and can't be read.
public struct JournalUnreadable: Error, CustomStringConvertible {
    let path: String
    let errno: Int32

    public var description: String { "\(path) can't be read (\(String(cString: strerror(errno)))): nobody is served without it" }
}
