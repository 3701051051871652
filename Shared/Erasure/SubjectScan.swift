import Domain
import HolderContracts
import Runtime
import SQLite

/// Looks for every name of a subject in every byte of every file that a service writes.
struct SubjectScan {
    private let process: ServiceProcess
    private let database: Database
    private let deadlineMilliseconds: Int64

    init(_ process: ServiceProcess, _ database: Database, deadlineMilliseconds: Int64) {
        self.process = process
        self.database = database
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
        let report = try ByteScan.inChildProcess(files: files, needles: needles, deadlineMilliseconds: deadlineMilliseconds)
        // What could not be read was not shown to be clean.
        guard report.unreadable.isEmpty else { throw ScanIncomplete(files: report.unreadable.count) }
        var result = ScanResult()
        result.names = Int64(needles.count)
        result.files = Int64(report.fileCount)
        result.bytes = Int64(report.byteCount)
        for hit in report.hits {
            switch hit.place {
            case .free, .wal: result.residue += 1
            case .live: result.live[hit.table ?? "unknown", default: 0] += 1
            case .other: result.other += 1
            }
        }
        return result
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
