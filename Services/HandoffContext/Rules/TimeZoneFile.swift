import Runtime

/// The clocks of a place, as the machine's time zone database tells them. Source: RFC 9636 (TZif, versions 2 and later).
struct TimeZoneFile: Equatable, Sendable {
    static let folder = "/usr/share/zoneinfo"
    static let lengthMax = 65_536

    /// A place that the database doesn't have, or a file of it that can't be read as one.
    struct Unknown: Error {}

    /// When the clocks changed, in seconds from 1970, rising; and to how far east of UTC, in seconds.
    private let changes: [Int64]
    private let offsets: [Int64]
    /// Before the first change.
    private let first: Int64
    /// After the last.
    private let rule: ZoneRule?

    /// - Parameter name: such as `Europe/Lisbon`.
    static func named(_ name: String, in folder: String = TimeZoneFile.folder) throws(Unknown) -> TimeZoneFile {
        // A name is a path below the folder, and stays there.
        let isName = name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty && part.utf8.allSatisfy { $0 == 0x2B || $0 == 0x2D || $0 == 0x5F || isAlphanumeric($0) }
        }
        guard isName else { throw Unknown() }
        let bytes: [UInt8]
        do { bytes = try AtomicFile.read("\(folder)/\(name)", lengthMax: lengthMax).bytes } catch { throw Unknown() }
        return try TimeZoneFile(bytes)
    }

    init(_ bytes: [UInt8]) throws(Unknown) {
        // The first block has 32-bit times for readers of another age; ours is the second.
        let old = try Header(bytes, at: 0)
        guard old.version >= 2 else { throw Unknown() }
        let start = Header.length + old.length(timeBytes: 4)
        let header = try Header(bytes, at: start)
        let data = start + Header.length
        let footer = data + header.length(timeBytes: 8)
        guard header.typeCount > 0, bytes.count >= footer + 2, bytes[footer] == 0x0A, bytes.last == 0x0A else { throw Unknown() }

        let types = data + header.timeCount * 9
        func offset(ofType index: Int) throws(Unknown) -> Int64 {
            guard index < header.typeCount else { throw Unknown() }
            return Int64(Int32(truncatingIfNeeded: TimeZoneFile.integer(bytes, types + index * 6, 4)))
        }
        var changes: [Int64] = []
        var offsets: [Int64] = []
        for index in 0..<header.timeCount {
            let time = TimeZoneFile.integer(bytes, data + index * 8, 8)
            guard changes.last.map({ $0 < time }) ?? true else { throw Unknown() }
            changes.append(time)
            offsets.append(try offset(ofType: Int(bytes[data + header.timeCount * 8 + index])))
        }
        self.changes = changes
        self.offsets = offsets
        first = try offset(ofType: 0)
        let text = String(decoding: bytes[(footer + 1)..<(bytes.count - 1)], as: UTF8.self)
        rule = text.isEmpty ? nil : ZoneRule(text)
        guard rule != nil || text.isEmpty else { throw Unknown() }
    }

    /// Seconds east of UTC at a moment.
    func offset(at seconds: Int64) -> Int64 {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        if low == changes.count, let rule { return rule.offset(at: seconds) }
        return low == 0 ? first : offsets[low - 1]
    }

    private struct Header {
        static let length = 44

        let version: Int
        let timeCount, typeCount: Int
        private let isUTCount, isStandardCount, leapCount, characterCount: Int

        init(_ bytes: [UInt8], at start: Int) throws(Unknown) {
            guard bytes.count >= start + Header.length, Array(bytes[start..<(start + 4)]) == Array("TZif".utf8) else { throw Unknown() }
            version = Int(bytes[start + 4]) - 0x30
            let counts = (0..<6).map { Int(TimeZoneFile.integer(bytes, start + 20 + $0 * 4, 4)) }
            // Far more than any place has; keeps the sums below small.
            guard counts.allSatisfy({ (0...TimeZoneFile.lengthMax).contains($0) }) else { throw Unknown() }
            (isUTCount, isStandardCount, leapCount, timeCount) = (counts[0], counts[1], counts[2], counts[3])
            (typeCount, characterCount) = (counts[4], counts[5])
        }

        func length(timeBytes: Int) -> Int {
            timeCount * (timeBytes + 1) + typeCount * 6 + characterCount + leapCount * (timeBytes + 4) + isStandardCount + isUTCount
        }
    }

    /// Big-endian.
    private static func integer(_ bytes: [UInt8], _ start: Int, _ count: Int) -> Int64 {
        bytes[start..<(start + count)].reduce(0) { $0 << 8 | Int64($1) }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
