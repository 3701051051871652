import DeletionCoordinatorContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy
import Testing

@testable import DeletionCoordinatorService

/// Every step with every event and every decision, by table: what a cell doesn't name is a bug (events) or changes nothing (decisions).
@Suite struct ErasureStepTableTests {
    static let now = Timestamp(rawValue: 1_767_225_600_000)

    /// A run in a step, as a person's e-mail with proof would be there; the last leg, so that one answer ends the step.
    private static func run(_ step: ErasureStep, proof: Deletion.Proof? = .officerRecord) -> ErasureRun {
        var run = ErasureRun(
            deletion: DeletionID(rawValue: 7), kind: .person, source: .officer, proof: proof,
            subject: Subject(workspace: WorkspaceID(rawValue: "acme"), aliases: [Alias(.instagram, .igsid, "998877665544")]))
        run.step = step
        run.decideBy = now
        run.scheduledFor = now
        run.cutoff = now
        run.keeping.until = now
        run.erased = Set(ErasureRun.holders.prefix(3))
        switch step {
        case .collecting, .placing, .erasing, .verifying: run.leg = 3
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled, .journaling, .weighing, .held, .clearing,
            .completed,
            .refused, .cancelled:
            break
        }
        return run
    }

    /// One of each event.
    private static func events(_ run: ErasureRun) -> [(name: String, event: ErasureEvent)] {
        var scan = ScanResult()
        scan.names = 1
        let holder = ErasureRun.holders[3].rawValue
        return [
            ("due", .due), ("acknowledged", .acknowledged), ("erase", .instructed(.erase)), ("ask", .instructed(.ask)),
            ("collected", .collected(CollectSubject.Response(subject: run.subject, rows: [:]))), ("journaled", .journaled),
            ("placed", .placed), ("weighed", .weighed(.nothing)),
            (
                "setAside",
                .setAside(
                    ErasureReceipt(deletion: run.deletion, holder: holder, rows: ["t": 1], files: [], erasedAt: now), isAuthentic: true)
            ),
            (
                "erased",
                .erased(
                    ErasureReceipt(deletion: run.deletion, holder: holder, rows: ["t": 1], files: [], erasedAt: now), isAuthentic: true)
            ), ("proved", .proved(ProveErasure.Response(holder: holder, rows: [:], scan: scan))), ("cleared", .cleared),
            ("failed", .failed)
        ]
    }

    /// Where each event leads; all others are never heard in that step.
    static let moves: [ErasureStep: [String: ErasureStep]] = [
        .received: ["acknowledged": .acknowledged, "failed": .received],
        .acknowledged: ["erase": .scheduled, "ask": .awaitingController, "failed": .acknowledged],
        .awaitingIdentity: ["due": .refused], .awaitingController: ["due": .scheduled], .scheduled: ["due": .collecting],
        .collecting: ["collected": .journaling, "failed": .collecting], .journaling: ["journaled": .placing, "failed": .journaling],
        .placing: ["placed": .collecting, "failed": .placing], .erasing: ["erased": .verifying, "setAside": .held, "failed": .erasing],
        .weighing: ["weighed": .erasing, "failed": .weighing], .held: ["due": .weighing],
        .verifying: ["proved": .clearing, "failed": .verifying], .clearing: ["cleared": .completed, "failed": .clearing],
        .completed: [:], .refused: [:], .cancelled: [:]
    ]

    @Test(arguments: ErasureStep.allCases)
    func eachEventLeadsWhereTheTableSays(_ step: ErasureStep) throws {
        let moves = try #require(ErasureStepTableTests.moves[step])
        let events = ErasureStepTableTests.events(ErasureStepTableTests.run(step))
        #expect(Set(moves.keys).isSubset(of: events.map(\.name)))
        for (name, event) in events {
            guard let expected = moves[name] else { continue }
            var run = ErasureStepTableTests.run(step)
            _ = run.happened(event, at: ErasureStepTableTests.now)
            #expect(run.step == expected, "\(step.rawValue), \(name)")
        }
    }

    /// A crash with the invariant in words, for every cell that the table leaves out. Each is a process of its own.
    @Test func whatTheTableLeavesOutIsABug() async {
        await #expect(processExitsWith: .failure) {
            var run = ErasureStepTableTests.run(.received)
            _ = run.happened(.due, at: ErasureStepTableTests.now)
        }
        await #expect(processExitsWith: .failure) {
            var run = ErasureStepTableTests.run(.awaitingIdentity)
            _ = run.happened(.instructed(.erase), at: ErasureStepTableTests.now)
        }
        await #expect(processExitsWith: .failure) {
            var run = ErasureStepTableTests.run(.refused)
            _ = run.happened(.failed, at: ErasureStepTableTests.now)
        }
        await #expect(processExitsWith: .failure) {
            var run = ErasureStepTableTests.run(.cancelled)
            _ = run.happened(.due, at: ErasureStepTableTests.now)
        }
    }

    @Test(arguments: [ErasureStep.awaitingIdentity, .awaitingController, .scheduled, .held])
    func nothingMovesBeforeItsTime(_ step: ErasureStep) {
        var run = ErasureStepTableTests.run(step)
        let before = run
        #expect(run.happened(.due, at: ErasureStepTableTests.now.adding(milliseconds: -1)) == .wait(until: ErasureStepTableTests.now))
        #expect(run == before)
    }

    // MARK: Decisions

    enum Decision: String, CaseIterable { case confirm, approve, approveNow, refuse, cancel }

    private static func decision(_ decision: Decision) -> ErasureDecision {
        switch decision {
        case .confirm: .confirm(.officerRecord, nil)
        case .approve: .approve(immediately: false)
        case .approveNow: .approve(immediately: true)
        case .refuse: .refuse(.keptByLaw, contact: "office@acme.example")
        case .cancel: .cancel
        }
    }

    /// Where each decision leads, for a run whose proof is awaited and for one that has it; nil: it is not awaited.
    private static func expected(_ decision: Decision, _ step: ErasureStep, isProven: Bool) -> ErasureStep? {
        switch (decision, step) {
        case (.confirm, .received) where !isProven: .received
        case (.confirm, .awaitingIdentity) where !isProven: .acknowledged
        case (.confirm, _): nil
        case (.approve, .awaitingController), (.approveNow, .awaitingController): .scheduled
        case (.approve, .refused), (.approve, .cancelled), (.approveNow, .refused), (.approveNow, .cancelled): nil
        case (.approve, _), (.approveNow, _): step
        case (.refuse, .received), (.refuse, .acknowledged), (.refuse, .awaitingIdentity), (.refuse, .awaitingController),
            (.refuse, .scheduled), (.refuse, .refused):
            .refused
        case (.refuse, _): nil
        case (.cancel, .received), (.cancel, .acknowledged), (.cancel, .awaitingIdentity), (.cancel, .awaitingController),
            (.cancel, .scheduled), (.cancel, .cancelled):
            .cancelled
        case (.cancel, _): nil
        }
    }

    @Test(arguments: ErasureStep.allCases, [true, false])
    func eachDecisionLeadsWhereTheTableSays(_ step: ErasureStep, _ isProven: Bool) {
        for decision in Decision.allCases {
            var run = ErasureStepTableTests.run(step, proof: isProven ? .officerRecord : nil)
            let before = run
            do {
                _ = try run.decided(ErasureStepTableTests.decision(decision), at: ErasureStepTableTests.now)
                #expect(
                    run.step == ErasureStepTableTests.expected(decision, step, isProven: isProven), "\(step.rawValue), \(decision.rawValue)"
                )
            } catch {
                #expect(ErasureStepTableTests.expected(decision, step, isProven: isProven) == nil, "\(step.rawValue), \(decision.rawValue)")
                #expect(run == before)
            }
        }
    }

    @Test func whoEndsARequestBeforeItBeginsTakesItsPersonsNameOut() throws {
        for decision in [Decision.refuse, .cancel] {
            var run = ErasureStepTableTests.run(.scheduled)
            #expect(try run.decided(ErasureStepTableTests.decision(decision), at: ErasureStepTableTests.now) == .finish)
            #expect(run.subject == Subject(workspace: WorkspaceID(rawValue: "acme")) && run.completedAt == ErasureStepTableTests.now)
        }
    }

    // MARK: Sources, proofs, windows

    @Test(arguments: Deletion.Source.allCases, Deletion.Proof.allCases)
    func eachSourceHasOneProof(_ source: Deletion.Source, _ proof: Deletion.Proof) {
        var run = ErasureRun(
            deletion: DeletionID(rawValue: 7), kind: .person, source: source, proof: nil, subject: Subject(workspace: WorkspaceID()))
        run.step = .awaitingIdentity
        let isTaken = (try? run.decided(.confirm(proof, nil), at: ErasureStepTableTests.now)) != nil
        #expect(isTaken == (proof == source.proof))
        #expect(run.proof == (isTaken ? proof : nil))
    }

    @Test func theTableOfSourcesIsAsTheDesignSays() {
        let day: Int64 = 86_400_000
        #expect(Deletion.Source.allCases.map(\.proof) == [.memberToken, .officerRecord, .memberToken, .signedCallback, .codeInChat])
        #expect(Deletion.Source.allCases.map(\.identityMilliseconds) == [nil, 30 * day, nil, nil, day])
        #expect(Deletion.Source.allCases.map(\.windowMilliseconds) == [day, day, 14 * day, 0, day])
        #expect(Deletion.Source.controllerMilliseconds == 14 * day)
    }

    @Test func whoIsNotProvenInTimeIsRefusedAndWasNeverErased() {
        var run = ErasureStepTableTests.run(.received, proof: nil)
        #expect(
            run.happened(.acknowledged, at: ErasureStepTableTests.now)
                == .wait(until: ErasureStepTableTests.now.adding(milliseconds: 30 * Deletion.Source.day)))
        #expect(run.step == .awaitingIdentity)
        let late = ErasureStepTableTests.now.adding(milliseconds: 30 * Deletion.Source.day)
        #expect(run.happened(.due, at: late) == .finish)
        #expect(run.step == .refused && run.refusal?.ground == .identityNotProven && run.cutoff == ErasureStepTableTests.now)
    }

    /// Whatever happens in whatever order, a run is completed only with a receipt and a proof of every holder.
    @Test func nothingIsCompletedWithAnOpenLeg() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var run = ErasureStepTableTests.run(.received)
            var (receipts, proofs): (Set<String>, Set<String>) = ([], [])
            for _ in 0..<200 where !run.step.isEnd {
                let event = answer(to: run, &random)
                let (before, action) = (
                    run, run.happened(event, at: ErasureStepTableTests.now.adding(milliseconds: 99 * Deletion.Source.day))
                )
                switch event {
                case .erased(let receipt, _): if action != .rest { receipts.insert(receipt.holder) }
                case .proved(let proof): if action != .rest { proofs.insert(proof.holder) } else { proofs = [] }
                case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .cleared, .failed: break
                }
                if before.step == .collecting { proofs = [] }
            }
            guard run.step == .completed else { continue }
            #expect(receipts.count == ErasureRun.holders.count && proofs.count == ErasureRun.holders.count)
        }
    }

    /// What a holder may say to what was asked, failures among it.
    private func answer(to run: ErasureRun, _ random: inout some RandomNumberGenerator) -> ErasureEvent {
        if !run.step.isWaiting, Int.random(in: 0..<8, using: &random) == 0 { return .failed }
        let isGood = Int.random(in: 0..<8, using: &random) > 0
        switch run.action {
        case .acknowledge: return .acknowledged
        case .consult: return .instructed(isGood ? .erase : .ask)
        case .collect: return .collected(CollectSubject.Response(subject: run.subject, rows: ["t": isGood ? 1 : 0]))
        case .journal: return .journaled
        case .place: return .placed
        case .weigh:
            return .weighed(isGood ? .nothing : Keeping(holders: [.conversationStore], until: ErasureStepTableTests.now))
        case .setAside(let holder):
            return .setAside(
                ErasureReceipt(
                    deletion: run.deletion, holder: holder.rawValue, rows: [:], files: [], erasedAt: ErasureStepTableTests.now),
                isAuthentic: isGood)
        case .erase(let holder):
            return .erased(
                ErasureReceipt(
                    deletion: run.deletion, holder: holder.rawValue, rows: ["t": 1], files: [], erasedAt: ErasureStepTableTests.now),
                isAuthentic: isGood)
        case .prove(let holder):
            var scan = ScanResult()
            scan.names = 1
            scan.residue = isGood ? 0 : 1
            return .proved(ProveErasure.Response(holder: holder.rawValue, rows: [:], scan: scan))
        case .clear: return .cleared
        case .wait: return .due
        case .rest, .finish: preconditionFailure("a run has an action")
        }
    }
}
