import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Testing
import Wire

@testable import DeletionCoordinatorService

/// Whole deletions, over the real file, with fake holders.
@Suite struct ErasureTests {
    static let person = Alias(.instagram, .igsid, "998877665544")

    @Test func aPersonIsErasedInAllHoldersWithReceiptsAndProofs() throws {
        let mesh = try Mesh(scans: true)
        mesh.store.with { $0.rows = 3 }

        let answer = try mesh.request(ErasureTests.person).value()
        let read = try mesh.complete(answer.deletion)

        #expect(answer.state == .scheduled)
        #expect(read.deletion.found == true && read.deletion.failedAttempts == 0)
        #expect(read.receipts.map(\.holder) == ["intake", "conversation-store", "handoff-context", "deletion-coordinator"])
        #expect(read.receipts[1].rows == ["things": 3])
        #expect(read.proofs.map(\.holder) == read.receipts.map(\.holder))
        #expect(read.proofs.allSatisfy { $0.scan?.residue == 0 })
        #expect(read.proofs[3].scan?.live == ["subjects": 1])
    }

    @Test func theFileKnowsNobodyAfterCompletion() throws {
        let mesh = try Mesh(scans: true)
        let answer = try mesh.request(ErasureTests.person, immediately: false).value()
        // The negative control: the same scan finds the open request.
        #expect(try mesh.coordinator.scan([ErasureTests.person.value]).hitCount > 0)

        _ = try mesh.complete(answer.deletion)

        let report = try mesh.coordinator.scan([ErasureTests.person.value])
        #expect(report.isClean && report.byteCount > 0)
        #expect(!mesh.events.text.contains(ErasureTests.person.value))
    }
}
