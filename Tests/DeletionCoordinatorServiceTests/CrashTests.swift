import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Testing

@testable import DeletionCoordinatorService

/// A crash between any two steps, and a start over the same file.
@Suite struct CrashTests {
    static let person = Alias(.instagram, .igsid, "998877665544")
    /// Before and after each call of a holder (two rounds of four collects, four each of place, erase, prove) and of the journal.
    static let passages = 2 * (2 * 4 + 4 + 4 + 4 + 1)

    @Test func theWayHasAsManyPassagesAsAreEnumerated() throws {
        let guillotine = Guillotine()
        let mesh = try Mesh(guillotine: guillotine)
        _ = try mesh.complete(try mesh.request(CrashTests.person).value().deletion)
        #expect(guillotine.passages == CrashTests.passages)
    }

    @Test(arguments: 0..<CrashTests.passages)
    func aCrashAnywhereResumesForward(_ passage: Int) throws {
        let guillotine = Guillotine(fallsAt: passage)
        let mesh = try Mesh(guillotine: guillotine)
        mesh.store.with { $0.rows = 2 }
        let started = mesh.time.now
        let answer = try mesh.request(CrashTests.person).value()
        #expect(guillotine.waitForFall(milliseconds: 20_000))
        mesh.close()

        mesh.time.advance(milliseconds: 5000)
        try mesh.open()
        // Whoever heard no answer asks again, and hears the same.
        #expect(try mesh.request(CrashTests.person).value().code == answer.code)
        let read = try mesh.complete(answer.deletion)

        #expect(read.deletion.found == true && read.receipts.count == 4 && read.proofs.count == 4)
        #expect(read.receipts[1].rows["things"] != nil)
        for holder in mesh.holders {
            #expect(holder.with { $0.tombstones.map(\.cutoff) } == [started])
            #expect(holder.with { $0.beforeJournal } == [])
            #expect(holder.with { $0.rows } == 0)
        }
    }

    @Test func aScheduledDeletionSurvivesAStopAndKeepsItsTime() throws {
        let mesh = try Mesh()
        let deletion = try mesh.schedule(CrashTests.person).deletion
        let due = mesh.time.now.adding(milliseconds: 24 * 3_600_000)
        mesh.close()
        try mesh.open()

        mesh.time.advance(milliseconds: 24 * 3_600_000 - 1000)
        #expect(try mesh.read(deletion).deletion.state == .scheduled)
        #expect(try mesh.read(deletion).deletion.scheduledFor == due)
        mesh.time.advance(milliseconds: 1000)

        #expect(try mesh.complete(deletion).deletion.completedAt ?? Timestamp() >= due)
        #expect(mesh.intake.with { $0.tombstones.map(\.cutoff) }.allSatisfy { $0 >= due })
    }
}
