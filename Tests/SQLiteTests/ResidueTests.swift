import Foundation
import Testing
import Threads

@testable import SQLite

struct ResidueTests {
    private static let needle = "Ekaterina Beispiel +7 900 000 00 01"

    /// A database in which the needle was stored, long and short, and deleted again.
    private func erased(_ folder: TemporaryFolder, secureDelete: Bool) throws -> Database {
        let database = try Sample.database(folder) { $0.secureDelete = secureDelete }
        try database.writer.write("add") { connection in
            for number in 0..<50 {
                try Sample.add("\(number) \(ResidueTests.needle)", connection)
                try Sample.add(String(repeating: "\(number) \(ResidueTests.needle) ", count: 200), connection)
            }
            try Sample.add("somebody else", connection)
        }
        try database.writer.write("erase") { try $0.run("DELETE FROM note WHERE text LIKE '%Beispiel%'") }
        return database
    }

    private func eraseResidue(_ database: Database, deadlineMilliseconds: Int64 = 5_000) -> DatabaseError? {
        let answers = Answers<DatabaseError?>()
        let accepted = database.writer.eraseResidue(deadlineMilliseconds: deadlineMilliseconds) { answers.add($0.failure) }
        precondition(accepted, "the queue is empty")
        return answers.wait(for: 1)[0]
    }

    private func scan(_ database: Database) throws -> ByteScan.Report {
        try ByteScan.inChildProcess(
            files: [database.path, database.path + "-wal", database.path + "-shm"], needles: [Array(ResidueTests.needle.utf8)],
            executable: ScanExecutable.path)
    }

    @Test func whatIsErasedIsInNoFile() throws {
        let folder = TemporaryFolder()
        let database = try erased(folder, secureDelete: true)

        let before = try scan(database)
        #expect(eraseResidue(database) == nil)
        let after = try scan(database)

        #expect(before.hits.contains { $0.place == .wal })
        #expect(after.isClean)
        #expect(after.byteCount > 8_192)
        #expect(try Sample.texts(database) == ["somebody else"])
    }

    @Test func withoutSecureDeleteTheScanFindsIt() throws {
        let folder = TemporaryFolder()
        let database = try erased(folder, secureDelete: false)

        #expect(eraseResidue(database) == nil)

        let report = try scan(database)
        #expect(report.hitCount > 50)
        #expect(report.hits.allSatisfy { $0.place == .free })
    }

    @Test func aReaderDelaysItAndOtherWritesGoOn() throws {
        let folder = TemporaryFolder()
        let database = try erased(folder, secureDelete: true)
        let release = Gate()
        let reading = hold(database, until: release)
        let answers = Answers<DatabaseError?>()

        _ = database.writer.eraseResidue(deadlineMilliseconds: 10_000) { answers.add($0.failure) }
        for number in 0..<20 { try database.writer.write("meanwhile") { _ = try Sample.add("meanwhile \(number)", $0) } }
        #expect(answers.soFar.isEmpty)
        release.open()

        #expect(answers.wait(for: 1) == [nil])
        reading.join()
        #expect(try scan(database).isClean)
    }

    @Test func pastItsDeadlineItIsNoSuccess() throws {
        let folder = TemporaryFolder()
        let database = try erased(folder, secureDelete: true)
        let release = Gate()
        let reading = hold(database, until: release)

        #expect(eraseResidue(database, deadlineMilliseconds: 50)?.code == .residueRemains)
        #expect(try !scan(database).isClean)
        release.open()
        reading.join()

        #expect(eraseResidue(database) == nil)
        #expect(try scan(database).isClean)
    }

    /// A reader inside its snapshot, on a thread of its own.
    private func hold(_ database: Database, until release: Gate) -> Threads.Thread {
        let begun = Gate()
        let thread = Threads.Thread("reader") {
            do {
                try database.read { connection in
                    _ = try connection.first("SELECT count(*) FROM note") { $0.int(0) }
                    begun.open()
                    release.wait()
                }
            } catch { Issue.record(error) }
        }
        begun.wait()
        return thread
    }
}

/// The binary that scans; it stands beside the test's own.
enum ScanExecutable {
    static let path = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        .appendingPathComponent("ScanChild").path
}
