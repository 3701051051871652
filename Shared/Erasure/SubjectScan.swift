import Domain
import HolderContracts
import Runtime
import SQLite

/// Looks for every name of some subjects in every byte of every file that a service writes, once for all of them: a scan takes as long as
/// the files are large.
struct SubjectScan {
    private let process: ServiceProcess
    private let database: Database
    private let store: any HolderStore
    private let deadlineMilliseconds: Int64

    init(_ process: ServiceProcess, _ database: Database, _ store: any HolderStore, deadlineMilliseconds: Int64) {
        self.process = process
        self.database = database
        self.store = store
        self.deadlineMilliseconds = deadlineMilliseconds
    }

    func run(_ subject: Subject) throws -> ScanResult {
        // A scan that looks for nothing finds nothing: that would be no proof.
        guard subject.canBeScanned else { throw NothingToLookFor() }
        return try run([subject])[0]
    }

    /// One result each, in their order; each of them `canBeScanned`, and together they have at most `ByteScan.needleCountMax` names.
    func run(_ subjects: [Subject]) throws -> [ScanResult] {
        var owners: [[UInt8]: [Int]] = [:]
        for (index, subject) in subjects.enumerated() {
            for needle in Set(subject.needles) { owners[needle, default: []].append(index) }
        }
        let needles = Array(owners.keys)
        var results = subjects.map { subject in
            var result = ScanResult()
            result.names = Int64(subject.needles.count)
            return result
        }
        let all = files.map { Paper(path: $0, table: nil) } + (try store.papers())
        for start in stride(from: 0, to: all.count, by: ByteScan.fileCountMax) {
            let papers = all[start..<min(start + ByteScan.fileCountMax, all.count)]
            let report = try ByteScan.inChildProcess(
                files: papers.map(\.path), needles: needles, deadlineMilliseconds: deadlineMilliseconds)
            // What could not be read was not shown to be clean.
            guard report.unreadable.isEmpty else { throw ScanIncomplete(files: report.unreadable.count) }
            // Some hits were counted only, and might be of anybody: each is looked for alone, and then one hit is enough.
            if subjects.count > 1, report.hits.count < report.hitCount { return try subjects.map { try run([$0])[0] } }
            for index in results.indices {
                results[index].files += Int64(report.fileCount)
                results[index].bytes += Int64(report.byteCount)
            }
            for hit in report.hits {
                let table = hit.place == .live ? hit.table ?? "unknown" : papers[papers.startIndex + hit.file].table
                for index in owners[needles[hit.needle]] ?? [] { results[index].count(hit.place, table) }
            }
        }
        return results
    }

    private var files: [String] {
        [database.path, "\(database.path)-wal"] + (process.configuration.logFile.map { [$0, "\($0).1"] } ?? [])
    }
}

extension Subject {
    /// Not usernames: people choose them, and one may be a word of our own logs.
    private var names: [String] {
        aliases.filter { $0.kind != .username }.map(\.value) + (authorization.map { [$0.user] } ?? []) + contacts.map(\.value)
            + members.map(\.rawValue)
    }

    var needles: [[UInt8]] { names.map { Array($0.utf8) }.filter { $0.count >= Subject.searchableBytesMin } }

    /// False where all names are shorter than what a scan can tell from chance.
    var canBeScanned: Bool { !needles.isEmpty || names.isEmpty }
}

extension ScanResult {
    /// - Parameter table: whose row it stands in, or answers for the file that it stands in.
    fileprivate mutating func count(_ place: ByteScan.Place, _ table: String?) {
        switch (place, table) {
        case (.free, _), (.wal, _): residue += 1
        case (.live, let table?), (.other, let table?): live[table, default: 0] += 1
        case (.live, nil), (.other, nil): other += 1
        }
    }
}

/// Some files changed too fast to be read consistently; scan again.
struct ScanIncomplete: Error {
    let files: Int
}

/// All names are shorter than what a scan can tell from chance: the subject can't be proved gone by its bytes.
struct NothingToLookFor: Error {}
