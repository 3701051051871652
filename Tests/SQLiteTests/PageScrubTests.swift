import Testing

@testable import SQLite

/// SQLite moves rows between pages and forgets their old bytes: erased rows must not survive there.
struct PageScrubTests {
    /// Rows of many sizes come and go in a fixed disorder. Returns the needles of those that went last, which nothing has overwritten.
    private func churn(_ folder: TemporaryFolder, scrubsPages: Bool) throws -> (path: String, gone: [String]) {
        let database = try Sample.database(folder) { $0.scrubsPages = scrubsPages }
        var disorder = Disorder(state: 7_919)
        var live: [String] = []
        var gone: [String] = []
        for round in 0..<150 {
            let added = (0..<disorder.next(below: 120)).map { "needle \(disorder.next(below: 1_000_000)) \(round) \($0);" }
            let sizes = added.map { _ in disorder.next(below: disorder.next(below: 2) == 0 ? 100 : 3_000) }
            live += added
            let removed = (0..<min(disorder.next(below: 120), live.count)).map { _ in live.remove(at: disorder.next(below: live.count)) }
            gone += removed
            try database.writer.write("churn") { connection in
                for (needle, size) in zip(added, sizes) { try Sample.add(needle + String(repeating: "x", count: size), connection) }
                for needle in removed { try connection.run("DELETE FROM note WHERE text GLOB ?", .text(needle + "*")) }
            }
        }
        let answers = Answers<DatabaseError?>()
        _ = database.writer.eraseResidue(deadlineMilliseconds: 5_000) { answers.add($0.failure) }
        #expect(answers.wait(for: 1) == [nil])
        #expect(try database.read { try $0.first("PRAGMA integrity_check") { $0.text(0) } } == "ok")
        #expect(try Sample.texts(database).count == live.count)
        database.close()
        return (database.path, gone.suffix(1_000))
    }

    private func hits(_ path: String, _ needles: [String]) throws -> ByteScan.Report {
        try ByteScan.inChildProcess(files: [path], needles: needles.map { Array($0.utf8) }, executable: ScanExecutable.path)
    }

    @Test func noErasedRowSurvivesTheMovingOfItsNeighbours() throws {
        let folder = TemporaryFolder()
        let (path, gone) = try churn(folder, scrubsPages: true)

        let report = try hits(path, gone)
        #expect(report.isClean)
        #expect(gone.count == 1_000)
    }

    @Test func secureDeleteAloneLeavesCopies() throws {
        let folder = TemporaryFolder()
        let (path, gone) = try churn(folder, scrubsPages: false)

        let report = try hits(path, gone)
        #expect(report.hitCount > 0)
        #expect(report.hits.allSatisfy { $0.place == .free })
    }

    @Test func onlyTheSpaceBetweenRowsIsCleared() {
        // A leaf with one row at 500 and a free block of 20 bytes at 470, everything else dirty.
        var page = [UInt8](repeating: 0xee, count: 512)
        page.replaceSubrange(0..<8, with: [13, 0x01, 0xd6, 0, 1, 0x01, 0xd6, 0])
        page.replaceSubrange(8..<10, with: [0x01, 0xf4])
        page.replaceSubrange(470..<474, with: [0, 0, 0, 20])

        page.withUnsafeMutableBytes { PageScrub.clear($0, headerStart: 0) }

        #expect(page[10..<470].allSatisfy { $0 == 0 })
        #expect(page[470..<474].elementsEqual([0, 0, 0, 20]))
        #expect(page[474..<490].allSatisfy { $0 == 0 })
        #expect(page[490...].allSatisfy { $0 == 0xee })
    }

    @Test func whatIsNoTreePageIsLeftAlone() {
        for kind in UInt8.min...UInt8.max where ![2, 5, 10, 13].contains(kind) {
            var page = [UInt8](repeating: 0xee, count: 512)
            page[0] = kind
            let before = page
            page.withUnsafeMutableBytes { PageScrub.clear($0, headerStart: 0) }
            #expect(page == before)
        }
    }
}

/// The same disorder on every run.
private struct Disorder {
    var state: UInt64

    mutating func next(below end: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(max(1, end)))
    }
}
