import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy
import Testing

@testable import DeletionCoordinatorService

/// The state machine alone: every step with everything that it may be told.
@Suite struct ErasureRunTests {
    static let now = Timestamp(rawValue: 1_767_225_600_000)
    static let alias = Alias(.instagram, .igsid, "998877665544")

    private func run(_ step: ErasureStep = .scheduled, kind: Deletion.Kind = .person, leg: Int = 0) -> ErasureRun {
        var run = ErasureRun(
            deletion: DeletionID(rawValue: 7), kind: kind, source: .customer, proof: .memberToken,
            subject: Subject(workspace: WorkspaceID(rawValue: "acme"), aliases: [ErasureRunTests.alias]))
        run.step = step
        run.leg = leg
        run.scheduledFor = ErasureRunTests.now
        if step != .scheduled { run.cutoff = ErasureRunTests.now }
        return run
    }

    private func nothing(_ run: ErasureRun) -> ErasureEvent {
        .collected(CollectSubject.Response(subject: run.subject, rows: ["things": 0]))
    }

    private func receipt(_ run: ErasureRun, holder: Peer? = nil, deletion: Int64 = 7, rows: Int64 = 1) -> ErasureReceipt {
        ErasureReceipt(
            deletion: DeletionID(rawValue: deletion), holder: (holder ?? ErasureRun.holders[run.leg]).rawValue, rows: ["things": rows],
            files: [], erasedAt: ErasureRunTests.now)
    }

    private func proof(
        _ run: ErasureRun, holder: Peer? = nil, rows: Int64 = 0, residue: Int64 = 0, other: Int64 = 0, live: Int64 = 0, names: Int64 = 1,
        scanned: Bool = true
    ) -> ProveErasure.Response {
        var scan = ScanResult()
        scan.names = names
        scan.residue = residue
        scan.other = other
        scan.live = ["messages": live]
        return ProveErasure.Response(
            holder: (holder ?? ErasureRun.holders[run.leg]).rawValue, rows: ["things": rows], scan: scanned ? scan : nil)
    }

    // MARK: Scheduled

    @Test func nothingBeginsBeforeItsTime() {
        var run = run()
        let before = run
        #expect(run.happened(.due, at: ErasureRunTests.now.adding(milliseconds: -1)) == .wait(until: ErasureRunTests.now))
        #expect(run == before)
    }

    @Test func atItsTimeItCollectsAndPinsTheCutoff() {
        var run = run()
        #expect(run.happened(.due, at: ErasureRunTests.now) == .collect(.intake))
        #expect(run.cutoff == ErasureRunTests.now)
    }

    // MARK: Collecting and placing

    @Test func allHoldersAreAskedInTheirOrderThenTheJournalIsWritten() {
        var run = run(.collecting)
        let actions = (0..<4).map { _ in run.happened(nothing(run), at: ErasureRunTests.now) }
        #expect(actions == [.collect(.conversationStore), .collect(.handoffContext), .collect(.deletionCoordinator), .journal])
        #expect(run.found == false)
    }

    @Test func tombstonesGoToAllHoldersAfterTheJournalAndThenItCollectsAgain() {
        var run = run(.journaling)
        let actions =
            [run.happened(.journaled, at: ErasureRunTests.now)] + (0..<4).map { _ in run.happened(.placed, at: ErasureRunTests.now) }
        #expect(
            actions == [
                .place(.intake), .place(.conversationStore), .place(.handoffContext), .place(.deletionCoordinator), .collect(.intake)
            ])
        #expect(run.isCovered && run.round == 1)
    }

    @Test func aSettledClosureIsErased() {
        var run = run(.collecting, leg: 3)
        run.isCovered = true
        #expect(run.happened(nothing(run), at: ErasureRunTests.now) == .weigh)
        #expect(run.happened(.weighed(.nothing), at: ErasureRunTests.now) == .erase(.intake))
    }

    @Test func aClosureThatGrewIsCoveredAnew() {
        var run = run(.collecting, leg: 3)
        run.isCovered = true
        var grown = run.subject
        grown.participants = [ParticipantID(rawValue: 5)]
        let action = run.happened(.collected(CollectSubject.Response(subject: grown, rows: [:])), at: ErasureRunTests.now)
        #expect(action == .journal && !run.isCovered)
        #expect(run.subject.participants == [ParticipantID(rawValue: 5)])
    }

    @Test func rowsAnywhereMeanThatSomethingWasFound() {
        var run = run(.collecting)
        _ = run.happened(.collected(CollectSubject.Response(subject: run.subject, rows: ["things": 2])), at: ErasureRunTests.now)
        for _ in 0..<3 { _ = run.happened(nothing(run), at: ErasureRunTests.now) }
        #expect(run.found == true)
    }

    @Test func aClosureThatNeverSettlesRestsAndGoesOnWithTheSameCutoff() {
        var run = run(.placing, leg: 3)
        run.round = ErasureRun.roundCountMax - 1
        #expect(run.happened(.placed, at: ErasureRunTests.now.adding(milliseconds: 9)) == .rest)
        #expect(run.step == .collecting && run.round == 0 && run.setbacks == 1)
        #expect(run.cutoff == ErasureRunTests.now)
    }

    @Test func aCallbackThatNamesNobodyIsClosedWithoutErasing() {
        var run = run(.collecting, kind: .connection, leg: 3)
        #expect(run.happened(nothing(run), at: ErasureRunTests.now) == .clear)
        #expect(run.found == false && run.subject.aliases.isEmpty && run.verifiedAt == nil)
    }

    @Test func aCallbackThatFoundSomethingIsErasedAsAnyOther() {
        var run = run(.collecting, kind: .connection, leg: 3)
        run.found = true
        #expect(run.happened(nothing(run), at: ErasureRunTests.now) == .journal)
    }

    // MARK: Erasing

    @Test func holdersEraseInTheOrderOfTheDesign() {
        var run = run(.erasing)
        let actions = (0..<4).map { _ in run.happened(.erased(receipt(run), isAuthentic: true), at: ErasureRunTests.now) }
        #expect(actions == [.erase(.conversationStore), .erase(.handoffContext), .erase(.deletionCoordinator), .prove(.intake)])
        #expect(run.found == true)
    }

    @Test func aHolderThatHasMoreToEraseIsAskedAgain() {
        var run = run(.erasing, kind: .workspace, leg: 1)
        var partial = receipt(run)
        partial.isPartial = true
        #expect(run.happened(.erased(partial, isAuthentic: true), at: ErasureRunTests.now) == .erase(.conversationStore))
        #expect(run.happened(.erased(receipt(run), isAuthentic: true), at: ErasureRunTests.now) == .erase(.handoffContext))
    }

    @Test func aReceiptWithoutRowsFindsNothing() {
        var run = run(.erasing)
        run.found = false
        _ = run.happened(.erased(receipt(run, rows: 0), isAuthentic: true), at: ErasureRunTests.now)
        #expect(run.found == false)
    }

    @Test func onlyTheHoldersOwnReceiptOfThisDeletionCounts() {
        let accepted: (ErasureReceipt, Bool) -> Bool = { receipt, isAuthentic in
            var run = run(.erasing)
            return run.happened(.erased(receipt, isAuthentic: isAuthentic), at: ErasureRunTests.now) != .rest && run.leg == 1
        }
        #expect(accepted(receipt(run(.erasing)), true))
        #expect(!accepted(receipt(run(.erasing)), false))
        #expect(!accepted(receipt(run(.erasing), holder: .handoffContext), true))
        #expect(!accepted(receipt(run(.erasing), deletion: 8), true))
    }

    // MARK: Verifying

    @Test func allProveAndTheRequestForgetsItsSubject() {
        var run = run(.verifying)
        let actions = (0..<4).map { _ in run.happened(.proved(proof(run)), at: ErasureRunTests.now) }
        #expect(actions == [.prove(.conversationStore), .prove(.handoffContext), .prove(.deletionCoordinator), .clear])
        #expect(run.subject == Subject(workspace: WorkspaceID(rawValue: "acme")))
        #expect(run.verifiedAt == ErasureRunTests.now && run.step.state == .erasedHere)
    }

    @Test func aProofThatFailsGoesBackToTheBeginningOfTheErasure() {
        let run = run(.verifying, leg: 1)
        let after: (ProveErasure.Response) -> ErasureRun = { proof in
            var told = run
            _ = told.happened(.proved(proof), at: ErasureRunTests.now)
            return told
        }
        for bad in [
            proof(run, rows: 1), proof(run, residue: 1), proof(run, other: 1), proof(run, names: 0), proof(run, scanned: false),
            proof(run, holder: .intake)
        ] {
            let after = after(bad)
            #expect(after.step == .collecting && after.setbacks == 1 && after.subject == run.subject)
        }
        // Somebody else's message quotes the phone: reported, and no failure.
        #expect(after(proof(run, live: 2)).leg == 2)
    }

    // MARK: The end, and failures

    @Test func itIsCompletedOnceItsOwnResidueIsGone() {
        var run = run(.clearing)
        #expect(run.happened(.cleared, at: ErasureRunTests.now) == .finish)
        #expect(run.step == .completed && run.completedAt == ErasureRunTests.now)
        #expect(run.action == .finish)
    }

    @Test(arguments: [ErasureStep.collecting, .journaling, .placing, .erasing, .verifying, .clearing])
    func aFailureRestsAndTheSameIsAskedAgain(_ step: ErasureStep) {
        var run = run(step, leg: step == .journaling || step == .clearing ? 0 : 2)
        let asked = run.action
        #expect(run.happened(.failed, at: ErasureRunTests.now) == .rest)
        #expect(run.happened(.failed, at: ErasureRunTests.now) == .rest)
        #expect(run.failedAttempts == 2 && run.action == asked)
    }

    @Test func aStepForwardForgetsFailedAttempts() {
        var run = run(.collecting)
        _ = run.happened(.failed, at: ErasureRunTests.now)
        _ = run.happened(nothing(run), at: ErasureRunTests.now)
        #expect(run.failedAttempts == 0)
    }

    @Test func stepsTakenAgainAfterAFailedProofAreNoStepsForward() {
        var run = run(.verifying)
        _ = run.happened(.proved(proof(run, residue: 1)), at: ErasureRunTests.now)
        _ = run.happened(nothing(run), at: ErasureRunTests.now)
        #expect(run.setbacks == 1)
    }

    @Test func everyStepSaysAfterARestartWhatItSaidBefore() {
        let expected: [ErasureStep: ErasureAction] = [
            .received: .acknowledge, .acknowledged: .consult, .awaitingIdentity: .wait(until: .never),
            .awaitingController: .wait(until: .never), .scheduled: .wait(until: ErasureRunTests.now),
            .collecting: .collect(.handoffContext), .journaling: .journal, .placing: .place(.handoffContext),
            .weighing: .weigh, .held: .wait(until: .never),
            .erasing: .erase(.handoffContext), .verifying: .prove(.handoffContext), .clearing: .clear, .completed: .finish,
            .refused: .finish, .cancelled: .finish
        ]
        for step in ErasureStep.allCases { #expect(run(step, leg: 2).action == expected[step]) }
    }

    @Test func anAnswerThatNobodyAskedForIsABug() async {
        await #expect(processExitsWith: .failure) {
            var run = ErasureRun(
                deletion: DeletionID(rawValue: 7), kind: .person, source: .customer, proof: nil, subject: Subject(workspace: WorkspaceID()))
            _ = run.happened(.placed, at: Timestamp())
        }
        await #expect(processExitsWith: .failure) {
            var run = ErasureRun(
                deletion: DeletionID(rawValue: 7), kind: .person, source: .customer, proof: nil, subject: Subject(workspace: WorkspaceID()))
            run.step = .completed
            _ = run.happened(.cleared, at: Timestamp())
        }
    }

    // MARK: Whom tombstones name

    @Test func onlyNamesThatAreThePersonsAloneAreKeptOut() {
        var subject = Subject(workspace: WorkspaceID(rawValue: "acme"))
        subject.aliases = [
            Alias(.instagram, .igsid, "1"), Alias(.instagram, .username, "anna"), Alias(.whatsapp, .phone, "49301"),
            Alias(.whatsapp, .bsuid, "DE.1")
        ]
        subject.accounts = [Account(.instagram, "a"), Account(.instagram, "b"), Account(.whatsapp, "c")]
        subject.participants = [ParticipantID(rawValue: 3)]
        subject.conversations = [ConversationID(rawValue: 4)]

        #expect(
            Set(subject.erasedNames) == [
                .person(subject.workspace, Account(.instagram, "a"), subject.aliases[0]),
                .person(subject.workspace, Account(.instagram, "b"), subject.aliases[0]),
                .person(subject.workspace, Account(.whatsapp, "c"), subject.aliases[2]),
                .person(subject.workspace, Account(.whatsapp, "c"), subject.aliases[3]),
                .participant(ParticipantID(rawValue: 3))
            ])
    }
}
