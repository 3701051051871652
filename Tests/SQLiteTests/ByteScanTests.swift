import Foundation
import Testing

@testable import SQLite

struct ByteScanTests {
    private func scan(_ files: [String], _ needles: [String]) throws -> ByteScan.Report {
        try ByteScan.inChildProcess(files: files, needles: needles.map { Array($0.utf8) }, executable: ScanExecutable.path)
    }

    private func write(_ text: String, _ folder: TemporaryFolder, _ name: String = "service.log") throws -> String {
        let path = folder.file(name)
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test func everyRowIsFoundWithItsTable() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        let long = String(repeating: "padding ", count: 2_000)
        try database.writer.write("add") { connection in
            for number in 0..<3_000 { try Sample.add("row number \(number), quite an ordinary one", connection) }
            // The needle at every distance from the ends of overflow pages.
            for shift in 0..<40 {
                try Sample.add(String(repeating: "x", count: 4_060 + shift) + "needle-\(shift + 100);" + long, connection)
            }
        }
        database.close()

        let report = try scan([database.path], (0..<40).map { "needle-\($0 + 100);" } + ["row number 2999,"])

        for needle in 0...40 {
            let places = report.hits.filter { $0.needle == needle }.map { "\($0.place) \($0.table ?? "-")" }
            #expect(Set(places) == ["live note", "live sqlite_autoindex_note_1"], "\(needle)")
        }
        #expect(report.hitCount == 82)
        #expect(report.unreadable.isEmpty)
    }

    @Test func everyFormOfANeedleIsFound() throws {
        let folder = TemporaryFolder()
        let name = "Жанна/Müller"
        let forms = [
            name, name.lowercased(), "\\u0416\\u0430\\u043d\\u043d\\u0430\\/M\\u00fcller",
            "\\u0416\\u0430\\u043D\\u043D\\u0430/M\\u00FCller",
            "%D0%96%D0%B0%D0%BD%D0%BD%D0%B0%2FM%C3%BCller", "%d0%96%d0%b0%d0%bd%d0%bd%d0%b0%2fM%c3%bcller",
            Data(name.utf8).base64EncodedString(), Data("1\(name)".utf8).base64EncodedString(),
            Data("12\(name)3".utf8).base64EncodedString()
        ]

        for form in forms {
            let path = try write("a line with \(form) in it\n", folder)
            #expect(try scan([path], [name]).hitCount > 0, "\(form)")
        }
        let path = try write("a line with Жанна, and with Müller\n", folder)
        #expect(try scan([path], [name]).hitCount == 0)
    }

    @Test func aPhoneIsFoundAsDigitsAndAsAnInteger() throws {
        let folder = TemporaryFolder()
        let migration = Migration(
            "phones", sql: "CREATE TABLE phone (id INTEGER PRIMARY KEY, digits TEXT, number INTEGER) STRICT",
            columns: Sample.entries("phone", ["id", "digits", "number"]))
        let database = try Sample.database(folder, [migration])
        try database.writer.write("add") { connection in
            try connection.run("INSERT INTO phone (digits, number) VALUES ('4917012345678', NULL), (NULL, 4917012345678)")
        }
        database.close()

        let report = try scan([database.path], ["+49 (170) 1234-5678"])
        #expect(report.hits.map { "\($0.place) \($0.table ?? "-")" } == ["live phone", "live phone"])
    }

    @Test func aHitAcrossTheScansOwnChunksIsFoundOnce() throws {
        let folder = TemporaryFolder()
        let path = try write(String(repeating: "x", count: (1 << 20) - 4) + "needle-1;" + String(repeating: "y", count: 100), folder)

        #expect(try scan([path], ["needle-1;"]).hitCount == 1)
    }

    @Test func aDamagedFileIsUnreadableAndNotClean() throws {
        let folder = TemporaryFolder()
        let database = try Sample.database(folder)
        try database.writer.write("add") { connection in for number in 0..<1_000 { try Sample.add("row \(number)", connection) } }
        database.close()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: database.path))

        #expect(try scan([database.path], ["needle"]).isClean)
        bytes[4_096 * 2] = 77  // The kind of the third page.
        try bytes.write(to: URL(fileURLWithPath: database.path))

        let report = try scan([database.path, try write("nothing", folder)], ["needle"])
        #expect(report.unreadable == [0])
        #expect(!report.isClean)
        #expect(report.fileCount == 2)
    }

    @Test func aMissingFileHasNoBytes() throws {
        let folder = TemporaryFolder()
        let report = try scan([folder.file("nothing"), folder.file("nothing-wal")], ["needle"])
        #expect(report.isClean && report.byteCount == 0)
    }

    @Test func whatCannotBeScannedIsRefused() throws {
        #expect(errorCode { _ = try scan(["a\nb"], ["needle"]) } == .misuse)
        #expect(errorCode { _ = try scan([], ["abc"]) } == .misuse)
        #expect(errorCode { _ = try ByteScan.inChildProcess(files: [], needles: [], executable: "/nowhere") } == .io)
        #expect(errorCode { _ = try ByteScan.inChildProcess(files: [], needles: [], executable: "/bin/true") } == .io)
    }

    @Test func theListOfHitsIsBoundedAndAllAreCounted() throws {
        let folder = TemporaryFolder()
        let path = try write(String(repeating: "needle;", count: 1_500), folder)

        let report = try scan([path], ["needle;"])
        #expect(report.hits.count == ByteScan.hitCountMax)
        #expect(report.hitCount == 1_500)
    }

    /// Else a name that stands in a thousand rows of others would hide the one place where it should not be.
    @Test(arguments: [ByteScan.Place.free, .wal, .other])
    func rowsThatStandNeverHideALeftover(place: ByteScan.Place) {
        var hits = HitList()
        for page in 1...ByteScan.hitCountMax + 1 { hits.add(ByteScan.Hit(page: page, place: .live, table: "notes", needle: 0)) }
        hits.add(ByteScan.Hit(page: 7, place: place, table: nil, needle: 0))

        #expect(hits.first.contains { $0.place == place })
        #expect(hits.first.count == ByteScan.hitCountMax && hits.count == ByteScan.hitCountMax + 2)
    }

    @Test func aScanIsBounded() throws {
        let many = Array(repeating: "nothing", count: ByteScan.fileCountMax + 1)
        #expect(errorCode { _ = try scan(many, []) } == .misuse)
        let late = { try ByteScan.inChildProcess(files: [], needles: [], executable: ScanExecutable.path, deadlineMilliseconds: 0) }
        #expect(errorCode { _ = try late() } == .interrupted)
        // A child that never stops talking.
        #expect(errorCode { _ = try ByteScan.inChildProcess(files: [], needles: [], executable: "/usr/bin/yes") } == .io)
    }

    @Test func aPageThatIsCutAnywhereIsImplausibleOrReadable() {
        // Random pages never make the reader leave its page.
        var generator = SystemRandomNumberGenerator()
        var (readable, refused) = (0, 0)
        for _ in 0..<3_000 {
            var page = (0..<512).map { _ in UInt8.random(in: 0...255, using: &generator) }
            page[0] = [2, 5, 10, 13].randomElement()!
            page[3] = 0
            page[4] = UInt8.random(in: 0...20)
            page.withUnsafeBytes { bytes in
                do {
                    _ = try PageMap(bytes, number: 2, usable: 512)
                    readable += 1
                } catch {
                    refused += 1
                }
            }
        }
        #expect(readable > 0 && refused > 0)
    }
}
