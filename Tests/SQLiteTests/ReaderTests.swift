import Foundation
import SQLite
import Testing

struct ReaderTests {
    @Test func aReadSeesOneState() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        try database.read { connection in
            let count = { try connection.first("SELECT count(*) FROM note") { $0.int(0) } }
            #expect(try count() == 0)
            try database.writer.write("add") { _ = try Sample.add("meanwhile", $0) }
            #expect(try count() == 0)
        }

        #expect(try Sample.texts(database) == ["meanwhile"])
    }

    @Test func aReaderCannotWrite() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        #expect(errorCode { try database.read { _ = try Sample.add("x", $0) } } == .readOnly)
        #expect(errorCode { try database.read { try $0.execute("PRAGMA query_only = OFF; DELETE FROM note") } } == .readOnly)
        #expect(try Sample.texts(database).isEmpty)
    }

    @Test func aLongReadIsInterruptedAndItsConnectionGoesOn() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) {
            $0.readMillisecondsMax = 30
            $0.readersMax = 1
        }
        let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"

        #expect(errorCode { try database.read { _ = try $0.first(endless) { $0.int(0) } } } == .interrupted)
        #expect(try Sample.texts(database).isEmpty)
    }

    @Test func manyShortStatementsAreInterruptedToo() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) { $0.readMillisecondsMax = 10 }

        #expect(errorCode { try database.read { connection in while true { try connection.run("SELECT 1") } } } == .interrupted)
    }

    @Test func readsBeyondThePoolAreRefusedAfterAWait() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder) {
            $0.readersMax = 2
            $0.readerWaitMillisecondsMax = 20
        }

        try database.read { _ in
            try database.read { _ in
                #expect(errorCode { try database.read { _ in } } == .busy)
            }
        }

        #expect(try Sample.texts(database).isEmpty)
    }

    @Test func aNamedFileSystemIsUsed() throws {
        let folder = TemporaryFolder()
        let open = { (vfs: String) in
            try Database(path: folder.file("data.db"), service: "sample", migrations: [Sample.notes], vfs: vfs)
        }

        let database = try open("unix")
        try database.writer.write("add") { _ = try Sample.add("x", $0) }
        #expect(try Sample.texts(database) == ["x"])
        #expect(errorCode { _ = try open("no such") } != nil)
    }

    @Test func nothingIsReadAfterClosing() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        _ = try Sample.texts(database)

        database.close()
        database.close()

        #expect(errorCode { try database.read { _ in } } == .closed)
    }

    @Test func theFilesArePrivate() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        try database.writer.write("add") { _ = try Sample.add("x", $0) }
        _ = try Sample.texts(database)

        for suffix in ["", "-wal", "-shm", ".lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: database.path + suffix)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(suffix)")
        }
    }

    @Test func aSecondOwnerIsRefusedUntilTheFirstIsGone() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)

        #expect(errorCode { _ = try Sample.database(folder) } == .busy)
        database.close()
        #expect(errorCode { _ = try Sample.database(folder) } == nil)
    }
}
