/// A search for personal data in the bytes of our files, rows and leftovers apart: the proof that erased means gone.
///
/// It opens files by itself and so runs in a child process, see `inChildProcess`. It never prints what it finds, only where.
public struct ByteScan {
    public enum Place: String, Sendable {
        /// In a row or an index entry.
        case live
        /// In a free page, a free block, unallocated or reserved space: should not be there.
        case free
        /// In a write-ahead log.
        case wal
        /// In a file that is no database.
        case other
    }

    public struct Hit: Sendable, Equatable {
        /// The place of the file in the list that was asked for.
        public internal(set) var file = 0
        /// From 1; in a write-ahead log the page that the frame is for, in other files blocks of 4096 bytes.
        public let page: Int
        public let place: Place
        /// Table or index that the page belongs to.
        public let table: String?
        /// The place of the needle in the list that was asked for.
        public let needle: Int
    }

    public struct Report: Sendable, Equatable {
        /// At most `hitCountMax` a file, leftovers before rows that stand; `hitCount` counts all.
        public internal(set) var hits: [Hit] = []
        public internal(set) var hitCount = 0
        /// Places of the files that could not be read consistently. Not success: scan again.
        public internal(set) var unreadable: [Int] = []
        public internal(set) var fileCount = 0
        public internal(set) var byteCount = 0

        /// Nothing found, and everything read.
        public var isClean: Bool { hitCount == 0 && unreadable.isEmpty }
    }

    public static let hitCountMax = 1_000
    /// How often a file that changes under the scan is read.
    public static let attemptCountMax = 5
    public static let fileCountMax = 1_024
    /// Of one scan.
    public static let needleCountMax = Needles.countMax
    private static let chunkBytes = 1 << 20

    private let needles: Needles

    init(_ needles: [[UInt8]]) { self.needles = Needles(needles) }

    /// Scans in this process. A file that doesn't exist has no bytes and no hits.
    func scan(_ files: [String]) -> Report {
        var report = Report()
        // Logs first: what a checkpoint moves meanwhile is then found in the database.
        let order = files.indices.filter { isLog(files[$0]) } + files.indices.filter { !isLog(files[$0]) }
        for index in order {
            report.fileCount += 1
            guard let (hits, bytes) = readRepeatedly(files[index]) else {
                report.unreadable.append(index)
                continue
            }
            report.byteCount += bytes
            report.hitCount += hits.count
            for var hit in hits.first {
                hit.file = index
                report.hits.append(hit)
            }
        }
        return report
    }

    private func isLog(_ path: String) -> Bool { path.hasSuffix("-wal") }

    /// Nil after the last attempt: what was read made no sense each time.
    private func readRepeatedly(_ path: String) -> (hits: HitList, bytes: Int)? {
        for _ in 0..<ByteScan.attemptCountMax {
            do {
                guard let file = try ScannedFile(path) else { return (HitList(), 0) }
                return (try read(file), file.count)
            } catch { continue }  // The report says `unreadable`; why is of no use to who reads it.
        }
        return nil
    }

    private func read(_ file: ScannedFile) throws -> HitList {
        if isLog(file.path) { return try readLog(file) }
        let header = try file.bytes(at: 0, 100)
        guard header.starts(with: PageScan.magic) else { return try readPlain(file) }
        guard header.count == 100 else { throw PageMap.Implausible(reason: "the file header") }
        var scan = try PageScan(file, needles, header: header)
        try scan.run()
        return scan.hits
    }

    private func readPlain(_ file: ScannedFile) throws -> HitList {
        var hits = HitList()
        let overlap = max(needles.formLengthMax - 1, 0)
        for start in stride(from: 0, to: file.count, by: ByteScan.chunkBytes) {
            // Each chunk reads on into the next one, and leaves to it what begins there.
            let bytes = try file.bytes(at: start, ByteScan.chunkBytes + overlap)
            needles.search(bytes) { match in
                guard match.offset < ByteScan.chunkBytes else { return }
                hits.add(Hit(page: (start + match.offset) / 4_096 + 1, place: .other, table: nil, needle: match.needle))
            }
        }
        return hits
    }

    /// Every frame, whether it is committed, superseded or left from an earlier round. Source: sqlite.org/fileformat2.html section 4.1.
    private func readLog(_ file: ScannedFile) throws -> HitList {
        let header = try file.bytes(at: 0, 32)
        guard header.count == 32 else { return HitList() }
        let pageSize = header.withUnsafeBytes { Bytes.integer($0, 8, 4) }
        guard pageSize >= 512, pageSize <= 65_536 else { throw PageMap.Implausible(reason: "the log's page size") }
        var hits = HitList()
        var tail: [UInt8] = []
        for start in stride(from: 32, to: file.count, by: 24 + pageSize) {
            let frame = try file.bytes(at: start, 24 + pageSize)
            guard frame.count > 28 else { break }
            let number = frame.withUnsafeBytes { Bytes.integer($0, 0, 4) }
            needles.search(Array(frame[24...])) { hits.add(Hit(page: number, place: .wal, table: nil, needle: $0.needle)) }
            // A long row goes on in the next frame, behind four bytes that name the next page.
            let joint = tail.count
            needles.search(tail + frame[28...].prefix(needles.formLengthMax)) { match in
                guard match.offset < joint, match.offset + match.length > joint else { return }
                hits.add(Hit(page: number, place: .wal, table: nil, needle: match.needle))
            }
            tail = frame.suffix(needles.formLengthMax)
        }
        return hits
    }
}

/// The hits of one file: all are counted, the first ones are kept. Leftovers go before rows that stand: however many of these there are,
/// they must not hide what should not be there.
struct HitList {
    private var leftovers: [ByteScan.Hit] = []
    private var live: [ByteScan.Hit] = []
    private(set) var count = 0

    var first: [ByteScan.Hit] { Array((leftovers + live).prefix(ByteScan.hitCountMax)) }

    mutating func add(_ hit: ByteScan.Hit) {
        count += 1
        switch hit.place {
        case .live: if live.count < ByteScan.hitCountMax { live.append(hit) }
        case .free, .wal, .other: if leftovers.count < ByteScan.hitCountMax { leftovers.append(hit) }
        }
    }
}
