import Domain
import HolderContracts
import Runtime
import SQLite

/// Looks for every name of a subject in every byte of every file that a service writes.
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
        // Not usernames: people choose them, and one may be a word of our own logs.
        let names =
            subject.aliases.filter { $0.kind != .username }.map(\.value) + (subject.authorization.map { [$0.user] } ?? [])
            + subject.contacts.map(\.value) + subject.members.map(\.rawValue)
        let needles = names.map { Array($0.utf8) }.filter { $0.count >= Subject.searchableBytesMin }
        // A scan that looks for nothing finds nothing: that would be no proof.
        guard !needles.isEmpty || names.isEmpty else { throw NothingToLookFor() }
        var result = ScanResult()
        result.names = Int64(needles.count)
        let all = files.map { Paper(path: $0, table: nil) } + (try store.papers())
        for start in stride(from: 0, to: all.count, by: ByteScan.fileCountMax) {
            try scan(all[start..<min(start + ByteScan.fileCountMax, all.count)], needles, into: &result)
        }
        return result
    }

    private func scan(_ papers: ArraySlice<Paper>, _ needles: [[UInt8]], into result: inout ScanResult) throws {
        let report = try ByteScan.inChildProcess(
            files: papers.map(\.path), needles: needles, deadlineMilliseconds: deadlineMilliseconds)
        // What could not be read was not shown to be clean.
        guard report.unreadable.isEmpty else { throw ScanIncomplete(files: report.unreadable.count) }
        result.files += Int64(report.fileCount)
        result.bytes += Int64(report.byteCount)
        for hit in report.hits {
            switch hit.place {
            case .free, .wal: result.residue += 1
            case .live: result.live[hit.table ?? "unknown", default: 0] += 1
            case .other:
                if let table = papers[papers.startIndex + hit.file].table {
                    result.live[table, default: 0] += 1
                } else {
                    result.other += 1
                }
            }
        }
    }

    private var files: [String] {
        [database.path, "\(database.path)-wal"] + (process.configuration.logFile.map { [$0, "\($0).1"] } ?? [])
    }
}

/// Some files changed too fast to be read consistently; scan again.
struct ScanIncomplete: Error {
    let files: Int
}

/// All names are shorter than what a scan can tell from chance: the subject can't be proved gone by its bytes.
struct NothingToLookFor: Error {}
