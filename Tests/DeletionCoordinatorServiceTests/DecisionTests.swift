import DeletionCoordinatorContracts
import Domain
import IntakeContracts
import Testing
import Wire

@testable import DeletionCoordinatorService

/// Who decides, and by what it is known who asks: over the real file, with fake holders.
@Suite struct DecisionTests {
    static let person = Alias(.whatsapp, .phone, "4930901820")

    private func ask(
        _ mesh: Mesh, key: String = "r-1", identity: RequestDeletion.IdentityRecord? = .cameInPerson, immediately: Bool = false
    ) throws -> DeletionID {
        try mesh.request(DecisionTests.person, key: key, immediately: immediately, source: .officer, identity: identity).value().deletion
    }

    // MARK: Identity

    @Test func whatTheOfficerEntersWaitsForTheRecordOfWhoAsks() throws {
        let mesh = try Mesh()
        let deletion = try ask(mesh, identity: nil)
        try mesh.watch(deletion, reach: .awaitingIdentity)
        #expect(try mesh.read(deletion).deletion.proof == nil)

        let confirmed = try mesh.call(ConfirmIdentity(deletion: deletion, identity: .repliedFromKnownAddress)).value()
        #expect(confirmed.proof == .officerRecord)
        try mesh.watch(deletion, reach: .scheduled)
        #expect(try mesh.read(deletion).deletion.scheduledFor == mesh.time.now.adding(milliseconds: Deletion.Source.day))
        // Once.
        #expect(mesh.call(ConfirmIdentity(deletion: deletion, identity: .cameInPerson)).refusal == .notAwaited)
    }

    @Test func withoutTheRecordInThirtyDaysItIsRefusedAndNothingWasErased() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 1 }
        let answer = try mesh.request(DecisionTests.person, source: .officer).value()
        try mesh.watch(answer.deletion, reach: .awaitingIdentity)
        try mesh.sleep(milliseconds: 30 * Deletion.Source.day - 1)
        #expect(try mesh.read(answer.deletion).deletion.state == .awaitingIdentity)
        try mesh.sleep(milliseconds: 1)

        try mesh.watch(answer.deletion, reach: .refused)
        let read = try mesh.read(answer.deletion)
        #expect(read.deletion.ground == .identityNotProven && read.deletion.completedAt == mesh.time.now)
        #expect(read.legs.isEmpty && mesh.store.with { $0.calls.isEmpty && $0.rows == 1 })
        #expect(try mesh.coordinator.rowCount("subjects") == 0)
        #expect(mesh.call(ConfirmIdentity(deletion: answer.deletion, identity: .cameInPerson)).refusal == .notAwaited)
        let page = String(decoding: try mesh.http(.get, "/data-deletion/status/\(answer.code)").body, as: UTF8.self)
        #expect(page.contains("was refused") && page.contains("Nobody has shown in time"))
    }

    @Test func whoIsNotProvenJoinsNobodyAndIsJoinedByNobody() throws {
        let mesh = try Mesh()
        let proven = try mesh.schedule(DecisionTests.person, key: "a").deletion
        let unproven = try ask(mesh, key: "b", identity: nil)
        #expect(unproven != proven)
        try mesh.watch(unproven, reach: .awaitingIdentity)
        #expect(try mesh.request(DecisionTests.person, key: "c", immediately: false).value().deletion == proven)
    }

    @Test func aCodeIsConfirmedByIntakeAloneAndNamesNoOtherDeletion() throws {
        let mesh = try Mesh()
        let sender = ChatSender(workspace: Mesh.workspace, alias: DecisionTests.person)
        #expect(mesh.call(ConfirmIdentity(code: "delete-aaaa-bbbb-cccc-dddd", sender: sender)).refusal == .unknownDeletion)
        #expect(mesh.decide(ConfirmIdentity(code: "delete-aaaa-bbbb-cccc-dddd", sender: sender)).fault == .forbidden)
        var both = ConfirmIdentity(code: "x", sender: sender)
        both.deletion = DeletionID(rawValue: 1)
        #expect(mesh.call(both).fault == .malformed)
    }

    @Test func theCodeOfThePageProvesItsSenderForADay() throws {
        let mesh = try Mesh()
        let key = String(repeating: "ab", count: 16)
        func page() throws -> String { String(decoding: try mesh.http(.post, "/data-deletion", form: "key=\(key)").body, as: UTF8.self) }
        let shown = try page()
        let chat = mesh.coordinator.service.codes.chatCode(for: RequestKey("page-\(key)"))
        #expect(shown.contains(chat) && chat.utf8.count == 26)
        #expect(try page() == shown)
        let deletion = try mesh.call(ListDeletions(limit: 2)).value().deletions
        #expect(deletion.map(\.workspace) == [nil])
        try mesh.watch(deletion[0].id, reach: .awaitingIdentity)

        let sender = ChatSender(workspace: Mesh.workspace, alias: DecisionTests.person)
        let confirmed = try mesh.call(ConfirmIdentity(code: chat.uppercased(), sender: sender)).value()
        #expect(confirmed.id == deletion[0].id && confirmed.proof == .codeInChat && confirmed.workspace == Mesh.workspace)
        #expect(mesh.call(ConfirmIdentity(code: chat, sender: sender)).refusal == .notAwaited)
        // An officer's word doesn't open a page's request, nor a code an officer's: each source has its own proof.
        let other = try ask(mesh, key: "o", identity: nil)
        try mesh.watch(other, reach: .awaitingIdentity)
        #expect(mesh.call(ConfirmIdentity(code: chat, sender: sender)).refusal == .notAwaited)
    }

    @Test func aCodeThatIsSentTooLateProvesNothing() throws {
        let mesh = try Mesh()
        let key = String(repeating: "cd", count: 16)
        #expect(try mesh.http(.post, "/data-deletion", form: "key=\(key)").status == .ok)
        let chat = mesh.coordinator.service.codes.chatCode(for: RequestKey("page-\(key)"))
        let deletion = try mesh.call(ListDeletions(limit: 1)).value().deletions[0].id
        try mesh.watch(deletion, reach: .awaitingIdentity)
        try mesh.sleep(milliseconds: Deletion.Source.day)
        try mesh.watch(deletion, reach: .refused)
        let sender = ChatSender(workspace: Mesh.workspace, alias: DecisionTests.person)
        #expect(mesh.call(ConfirmIdentity(code: chat, sender: sender)).refusal == .notAwaited)
    }

    @Test func thePageTakesWhatItGaveOutAndNotTooMuchOfIt() throws {
        let mesh = try Mesh()
        for form in ["", "key=", "key=zz", "key=" + String(repeating: "g", count: 32)] {
            #expect(try mesh.http(.post, "/data-deletion", form: form).status == .badRequest)
        }
        #expect(try mesh.http(.post, "/data-deletion").status == .unsupportedMediaType)
        for number in 0..<5 {
            #expect(try mesh.http(.post, "/data-deletion", form: "key=" + String(repeating: "0\(number)", count: 16)).status == .ok)
        }
        let refused = try mesh.http(.post, "/data-deletion", form: "key=" + String(repeating: "0a", count: 16))
        #expect(refused.status == .tooManyRequests && refused.headers["retry-after"] != nil)
        #expect(try mesh.call(ListDeletions(limit: 10)).value().deletions.count == 5)
        let text = String(decoding: try mesh.http(.get, "/en/data-deletion").body, as: UTF8.self)
        #expect(text.contains("Get a code") && !text.contains("<script"))
    }

    // MARK: The workspace decides

    @Test func aWorkspaceThatWantsToBeAskedIsAskedForFourteenDays() throws {
        let mesh = try Mesh(onDeletion: .ask)
        let deletion = try ask(mesh)
        try mesh.watch(deletion, reach: .awaitingController)
        #expect(try mesh.read(deletion).deletion.decideBy == mesh.time.now.adding(milliseconds: 14 * Deletion.Source.day))

        try mesh.sleep(milliseconds: 14 * Deletion.Source.day)
        try mesh.watch(deletion, reach: .scheduled)
        try mesh.sleep(milliseconds: Deletion.Source.day)
        #expect(try mesh.complete(deletion).legs.allSatisfy { $0.state == .proved })
    }

    /// The control of the test above: with the other instruction nobody is asked.
    @Test func aWorkspaceThatWantsItErasedIsNotAsked() throws {
        let mesh = try Mesh(onDeletion: .erase)
        let deletion = try ask(mesh)
        try mesh.watch(deletion, reach: .scheduled)
        #expect(try mesh.read(deletion).deletion.decideBy == nil)
    }

    @Test func whoAsksAsTheCustomerHasDecided() throws {
        let mesh = try Mesh(onDeletion: .ask)
        #expect(try mesh.complete(try mesh.request(DecisionTests.person).value().deletion).deletion.proof == .memberToken)
    }

    @Test func anApprovalSchedulesAndMayLeaveTheWindowOut() throws {
        let mesh = try Mesh(onDeletion: .ask)
        let deletion = try ask(mesh)
        try mesh.watch(deletion, reach: .awaitingController)
        #expect(try mesh.decide(ApproveDeletion(deletion: deletion)).value().state == .scheduled)
        #expect(try mesh.read(deletion).deletion.scheduledFor == mesh.time.now.adding(milliseconds: Deletion.Source.day))

        let now = mesh.time.now
        _ = try mesh.decide(ApproveDeletion(workspace: Mesh.workspace, deletion: deletion, immediately: true)).value()
        #expect(try mesh.complete(deletion).deletion.scheduledFor == now)
    }

    @Test func aCustomerThatAsksTooWhileItIsAskedHasAgreed() throws {
        let mesh = try Mesh(onDeletion: .ask)
        let deletion = try ask(mesh, key: "a")
        try mesh.watch(deletion, reach: .awaitingController)
        #expect(try mesh.request(DecisionTests.person, key: "b").value().deletion == deletion)
        #expect(try mesh.complete(deletion).deletion.state == .completed)
    }

    @Test func aRefusalIsToldWithItsGroundAndWhomToTurnTo() throws {
        let mesh = try Mesh(onDeletion: .ask)
        let answer = try mesh.request(DecisionTests.person, source: .officer, identity: .showedDocument).value()
        try mesh.watch(answer.deletion, reach: .awaitingController)
        let refused = try mesh.decide(
            RefuseDeletion(deletion: answer.deletion, ground: .controllerRefused, contact: "privacy@acme.example")
        ).value()

        #expect(refused.state == .refused && refused.ground == .controllerRefused && refused.contact == "privacy@acme.example")
        let page = String(decoding: try mesh.http(.get, "/data-deletion/status/\(answer.code)").body, as: UTF8.self)
        #expect(page.contains("has refused") && page.contains("privacy@acme.example"))
        #expect(mesh.decide(ApproveDeletion(deletion: answer.deletion)).refusal == .notAwaited)
        #expect(mesh.store.with { $0.calls.isEmpty })
    }

    // MARK: The end of an agreement

    @Test func anEndedAgreementIsErasedAfterFourteenDaysOnce() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 5 }
        mesh.coordinator.terminate()
        try mesh.wait { try mesh.call(ListDeletions(limit: 5)).value().deletions.first?.state == .scheduled }
        mesh.coordinator.terminate()
        let deletions = try mesh.call(ListDeletions(limit: 5)).value().deletions
        #expect(deletions.map(\.kind) == [.workspace] && deletions.map(\.source) == [.termination])
        #expect((deletions[0].scheduledFor?.rawValue ?? 0) - deletions[0].receivedAt.rawValue >= 14 * Deletion.Source.day)

        try mesh.sleep(milliseconds: 14 * Deletion.Source.day)
        let read = try mesh.complete(deletions[0].id)
        #expect(read.legs.allSatisfy { $0.state == .proved } && mesh.store.with { $0.erased.map(\.isWhole) } == [true])
        #expect(mesh.store.with { $0.tombstones.count } == 1)
    }

    // MARK: Taken back

    @Test func aScheduledDeletionCanBeTakenBackOnce() throws {
        let mesh = try Mesh()
        mesh.store.with { $0.rows = 1 }
        let deletion = try mesh.schedule(DecisionTests.person).deletion
        #expect(try mesh.decide(CancelDeletion(deletion: deletion)).value().state == .cancelled)
        #expect(try mesh.decide(CancelDeletion(deletion: deletion)).value().state == .cancelled)

        try mesh.sleep(milliseconds: 2 * Deletion.Source.day)
        #expect(try mesh.read(deletion).deletion.state == .cancelled && mesh.store.with { $0.rows } == 1)
        #expect(try mesh.coordinator.rowCount("subjects") == 0)
        // Who asks again has a deletion of their own.
        #expect(try mesh.complete(try mesh.request(DecisionTests.person, key: "b").value().deletion).deletion.id != deletion)
    }

    @Test func whatHasBegunIsNotTakenBack() throws {
        let mesh = try Mesh()
        mesh.handoff.with { $0.isDown = true }
        let deletion = try mesh.request(DecisionTests.person).value().deletion
        try mesh.wait { try mesh.read(deletion).deletion.failedAttempts > 0 }
        #expect(mesh.decide(CancelDeletion(deletion: deletion)).refusal == .notAwaited)
        mesh.handoff.with { $0.isDown = false }
        #expect(try mesh.complete(deletion).receipts.count == 4)
        #expect(mesh.decide(CancelDeletion(deletion: deletion)).refusal == .notAwaited)
    }

    @Test func nobodyDecidesAboutAnotherWorkspacesDeletionOrNone() throws {
        let mesh = try Mesh()
        let deletion = try mesh.schedule(DecisionTests.person).deletion
        let other = WorkspaceID(rawValue: "other")
        #expect(mesh.decide(CancelDeletion(workspace: other, deletion: deletion)).refusal == .unknownDeletion)
        #expect(mesh.decide(CancelDeletion(deletion: DeletionID(rawValue: 99))).refusal == .unknownDeletion)
        #expect(try mesh.read(deletion).deletion.state == .scheduled)
    }

    /// Decisions and answers of holders at the same time: a run ends in one way, and each that was taken stands.
    @Test func decisionsRaceWithTheRunAndOneOfThemHolds() throws {
        let mesh = try Mesh()
        for number in 0..<40 {
            let person = Alias(.whatsapp, .phone, "49309018\(1000 + number)")
            let deletion = try mesh.request(person, key: "k\(number)", immediately: number % 2 == 0).value().deletion
            let isCancelled = mesh.decide(CancelDeletion(deletion: deletion)).refusal == nil
            if isCancelled {
                #expect(try mesh.read(deletion).deletion.state == .cancelled)
            } else {
                #expect(try mesh.complete(deletion).receipts.count == 4)
            }
        }
    }
}
