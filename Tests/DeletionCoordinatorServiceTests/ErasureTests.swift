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

        #expect(answer.state == .received)
        #expect(read.deletion.found == true && read.deletion.failedAttempts == 0)
        #expect(read.receipts.map(\.holder) == ["intake", "conversation-store", "handoff-context", "deletion-coordinator"])
        #expect(read.receipts[1].rows == ["things": 3])
        #expect(read.proofs.map(\.holder) == read.receipts.map(\.holder))
        #expect(read.proofs.allSatisfy { $0.scan?.residue == 0 })
        #expect(read.proofs[3].scan?.live == [:])
        #expect(read.legs.map(\.holder) == read.receipts.map(\.holder) && read.legs.allSatisfy { $0.state == .proved })
    }

    @Test func theFileKnowsNobodyWhileTheRequestIsOpenNorAfter() throws {
        let mesh = try Mesh(scans: true)
        mesh.intake.with { $0.isDown = true }
        let deletion = try mesh.request(ErasureTests.person, key: "key-that-stays").value().deletion
        try mesh.wait { try mesh.read(deletion).deletion.failedAttempts > 0 }
        #expect(try mesh.coordinator.scan([ErasureTests.person.value]).isClean)
        // The negative control: the same scan finds what the file does hold.
        #expect(try mesh.coordinator.scan(["key-that-stays"]).hitCount > 0)

        mesh.intake.with { $0.isDown = false }
        _ = try mesh.complete(deletion)

        #expect(try mesh.coordinator.rowCount("subjects") == 0)
        let report = try mesh.coordinator.scan([ErasureTests.person.value])
        #expect(report.isClean && report.byteCount > 0)
        #expect(!mesh.events.text.contains(ErasureTests.person.value))
    }

    @Test func namesThatHoldersAddAreErasedEverywhere() throws {
        let mesh = try Mesh()
        let (phone, bsuid) = (Alias(.whatsapp, .phone, "4930901820"), Alias(.whatsapp, .bsuid, "DE.77001122"))
        // Two rounds: the store knows another name, and intake knows one more by that.
        mesh.store.with { $0.adds = { adding($0, [bsuid], where: phone) } }
        mesh.handoff.with { $0.adds = { adding($0, [Alias(.whatsapp, .username, "anna")], where: phone) } }
        mesh.intake.with { $0.adds = { adding($0, [Alias(.whatsapp, .phone, "4930901821")], where: bsuid) } }

        let read = try mesh.complete(try mesh.request(phone).value().deletion)

        #expect(read.deletion.failedAttempts == 0)
        let erased = mesh.handoff.with { $0.erased }
        #expect(erased.map { $0.aliases.map(\.value) } == [["DE.77001122", "4930901820", "4930901821", "anna"]])
        // Three names on one WhatsApp account; the username may be somebody else's tomorrow.
        #expect(mesh.intake.with { $0.tombstones.count } == 3)
        #expect(mesh.store.with { $0.calls.filter { $0 == "collect" }.count } == 3)
    }

    @Test func moreTombstonesThanOneRequestTakesAreAllPlaced() throws {
        let mesh = try Mesh()
        mesh.store.with { state in
            state.adds = { subject in
                var grown = subject
                var more = Subject(workspace: subject.workspace, aliases: (0..<99).map { Alias(.instagram, .igsid, "7700000000\($0)") })
                more.accounts = (0..<99).map { Account(.instagram, "1784\($0)") }
                grown.formUnion(more)
                return grown
            }
        }

        _ = try mesh.complete(try mesh.request(ErasureTests.person).value().deletion)

        // A hundred names on a hundred Instagram accounts, in two parts.
        #expect(mesh.handoff.with { $0.tombstones.count } == 10_000)
        #expect(mesh.handoff.with { $0.calls.filter { $0 == "place" }.count } == 2)
        #expect(Mesh.journaledDigests(mesh.folder).count == 10_000)
    }

    @Test func everyTombstoneIsInTheJournalBeforeAnyHolderHearsOfIt() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.adds = { adding($0, [Alias(.instagram, .igsid, "223344556677")], where: ErasureTests.person) } }

        _ = try mesh.complete(try mesh.request(ErasureTests.person).value().deletion)

        let placed = mesh.intake.with { $0.tombstones }
        #expect(placed.count == 2)
        for holder in mesh.holders { #expect(holder.with { $0.beforeJournal } == []) }
        #expect(Mesh.journaledDigests(mesh.folder) == Set(placed.map(\.digest)))
    }

    @Test func theCutoffIsTheStartOfErasingHoweverLongItTakes() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.isDown = true }
        let started = mesh.time.now
        let deletion = try mesh.request(ErasureTests.person).value().deletion
        try mesh.watch(deletion, reach: .erasing)
        try mesh.wait { try mesh.read(deletion).deletion.failedAttempts > 2 }

        mesh.store.with { $0.isDown = false }
        _ = try mesh.complete(deletion)

        #expect(mesh.time.now > started)
        #expect(Set(mesh.store.with { $0.tombstones.map(\.cutoff) }) == [started])
    }

    @Test func aHolderThatIsDownOnlyDelays() throws {
        let mesh = try Mesh()
        mesh.handoff.with { $0.isDown = true }
        let deletion = try mesh.request(ErasureTests.person).value().deletion

        try mesh.wait { try mesh.read(deletion).deletion.failedAttempts >= 5 }
        #expect(mesh.store.with { $0.erased.isEmpty })
        try mesh.wait { mesh.coordinator.process.metrics.snapshot()["deletions.stuck"] == 1 }
        #expect(!mesh.coordinator.process.health.isHealthy)

        mesh.handoff.with { $0.isDown = false }
        let read = try mesh.complete(deletion)
        #expect(read.deletion.failedAttempts == 0 && read.receipts.count == 4)
    }

    @Test func aDeletionThatIsHeldUpHoldsUpNoOther() throws {
        let mesh = try Mesh()
        // The store's receipts are falsified for the first deletion only.
        mesh.store.with { $0.tamper = { receipt in receipt.deletion.rawValue == 1 ? falsified(receipt) : receipt } }
        let first = try mesh.request(ErasureTests.person, key: "r-1").value().deletion
        try mesh.wait { try mesh.read(first).deletion.failedAttempts > 0 }

        let others = try (2..<14).map { try mesh.request(Alias(.instagram, .igsid, "55000000000\($0)"), key: "r-\($0)").value().deletion }

        for other in others { #expect(try mesh.complete(other).deletion.failedAttempts == 0) }
        #expect(try mesh.read(first).deletion.state == .erasing)
    }

    @Test func aRequestThatCannotBeReadIsPutAside() throws {
        let mesh = try Mesh()
        let broken = try mesh.schedule(ErasureTests.person, key: "a").deletion
        try mesh.coordinator.damage(broken)
        mesh.time.advance(milliseconds: 24 * 3_600_000)

        let other = try mesh.request(Alias(.instagram, .igsid, "112233445566"), key: "b").value().deletion

        #expect(try mesh.complete(other).receipts.count == 4)
        try mesh.wait { try mesh.read(broken).deletion.failedAttempts >= 5 }
        try mesh.wait { !mesh.coordinator.process.health.isHealthy }
    }

    @Test func aReceiptWithAWrongCodeIsNotAccepted() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.tamper = falsified }
        let deletion = try mesh.request(ErasureTests.person).value().deletion

        try mesh.wait { try mesh.read(deletion).deletion.failedAttempts >= 2 }
        let open = try mesh.read(deletion)
        #expect(open.receipts.map(\.holder) == ["intake"] && open.deletion.state == .erasing)
        // What is gone and what is not stands there leg by leg.
        #expect(open.legs.map(\.state) == [.erased, .open, .open, .open])
        #expect(open.legs.map { $0.erasedAt != nil } == [true, false, false, false])
        #expect((mesh.coordinator.process.metrics.snapshot()["deletions.receiptsRejected"] ?? 0) >= 2)

        // The negative control: the same receipt, not falsified, is accepted.
        mesh.store.with { $0.tamper = { $0 } }
        #expect(try mesh.complete(deletion).receipts.count == 4)
    }

    @Test func aProofWithResidueGoesBackAndIsAskedAgain() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.residueProofs = 2 }

        let read = try mesh.complete(try mesh.request(ErasureTests.person).value().deletion)

        #expect(mesh.store.with { $0.erased.count } == 3)
        #expect(read.proofs.count == 4 && read.proofs.allSatisfy { $0.scan?.residue == 0 })
        #expect(mesh.coordinator.process.metrics.snapshot()["deletions.setbacks"] == 2)
    }

    @Test func aClosedRequestThatStillNamesSomebodyIsErasedAsAnyLeftover() throws {
        let mesh = try Mesh()
        let first = try mesh.complete(try mesh.request(ErasureTests.person, key: "a").value().deletion)
        #expect(first.receipts[3].rows == ["subjects": 0, "correspondents": 0, "disclosures": 0])
        try mesh.coordinator.leaveBehind(
            Subject(workspace: Mesh.workspace, aliases: [ErasureTests.person]), in: first.deletion.id)

        // Somebody else's deletion leaves it alone; the person's own erases it.
        let other = try mesh.complete(try mesh.request(Alias(.instagram, .igsid, "112233445566"), key: "b").value().deletion)
        #expect(other.receipts[3].rows == ["subjects": 0, "correspondents": 0, "disclosures": 0])
        let again = try mesh.complete(try mesh.request(ErasureTests.person, key: "c").value().deletion)
        #expect(again.deletion.found == true && again.receipts[3].rows == ["subjects": 1, "correspondents": 0, "disclosures": 0])
        #expect(try mesh.coordinator.rowCount("subjects") == 0)
    }

    @Test func aProofWithRowsGoesBackAndErasesAgain() throws {
        let mesh = try Mesh()
        mesh.intake.with { $0.rowProofs = 1 }

        let read = try mesh.complete(try mesh.request(ErasureTests.person).value().deletion)

        #expect(mesh.intake.with { $0.erased.count } == 2)
        #expect(read.proofs.allSatisfy { $0.rows.values.allSatisfy { $0 == 0 } })
    }
}

private func adding(_ subject: Subject, _ aliases: [Alias], where known: Alias) -> Subject {
    guard subject.aliases.contains(known) else { return subject }
    var grown = subject
    grown.formUnion(Subject(workspace: subject.workspace, aliases: aliases))
    return grown
}

@Sendable private func falsified(_ receipt: ErasureReceipt) -> ErasureReceipt {
    var receipt = receipt
    receipt.rows["things", default: 0] += 1
    return receipt
}
