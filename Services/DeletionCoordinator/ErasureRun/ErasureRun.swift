import DeletionCoordinatorContracts
import Domain
import HolderContracts
import Policy

/// One deletion on its way from the request to the proof, as a value: it is told what happened, changes itself and says what to do next.
///
/// It owns no socket, clock or database. What to do follows from the value alone (`action`), so whoever stores the value before acting
/// on it loses nothing in a crash.
struct ErasureRun: Equatable, Sendable {
    /// In the order in which they erase: from where data comes in to where it is derived (DESIGN §6).
    static let holders: [Peer] = [.intake, .conversationStore, .handoffContext, .deletionCoordinator]
    /// Rounds of collecting and placing without a pause.
    static let roundCountMax: Int64 = 8

    let deletion: DeletionID
    let kind: Deletion.Kind
    let source: Deletion.Source
    var step = ErasureStep.received
    /// nil while it is awaited: nothing is erased for somebody who may be anybody.
    var proof: Deletion.Proof?
    /// Whoever decides about the data has agreed.
    var isApproved: Bool
    /// Between the decision and the erasing.
    var windowMilliseconds: Int64
    /// Until when identity or the workspace's decision is awaited.
    var decideBy: Timestamp?
    var scheduledFor: Timestamp?
    var acknowledgedAt: Timestamp?
    var refusal: Refusal?
    /// How many holders have answered in this step.
    var leg = 0
    /// Rounds in which the closure grew.
    var round: Int64 = 0
    /// All that is known of the subject; nobody any more once all holders have proved.
    var subject: Subject
    /// The tombstones of `subject` as it is stand in all holders.
    var isCovered = false
    /// Whether any holder had anything; nil until all were asked.
    var found: Bool?
    /// The start of erasing, pinned once: what happened until then stays out.
    var cutoff: Timestamp?
    /// Since the last step forward.
    var failedAttempts: Int64 = 0
    /// Proofs that failed and closures that did not settle: steps taken again are no steps forward.
    var setbacks: Int64 = 0
    /// What legal holds keep, as it was looked up last.
    var keeping = Keeping.nothing
    /// Who has erased, since it was last collected: no hold brings that back.
    var erased: Set<Peer> = []
    var verifiedAt: Timestamp?
    var completedAt: Timestamp?

    /// Why it was refused, and where its person may turn to.
    struct Refusal: Equatable, Sendable {
        let ground: Deletion.Ground
        let contact: String?
    }

    init(deletion: DeletionID, kind: Deletion.Kind, source: Deletion.Source, proof: Deletion.Proof?, subject: Subject) {
        self.deletion = deletion
        self.kind = kind
        self.source = source
        self.proof = proof
        self.subject = subject
        isApproved = source.decides
        windowMilliseconds = source.windowMilliseconds
    }

    /// What is to be done as things stand, after a restart too.
    var action: ErasureAction {
        switch step {
        case .received: .acknowledge
        case .acknowledged: .consult
        case .awaitingIdentity, .awaitingController: .wait(until: decideBy ?? .never)
        case .scheduled: .wait(until: scheduledFor ?? .never)
        case .collecting: .collect(holder)
        case .journaling: .journal
        case .placing: .place(holder)
        case .weighing: .weigh
        case .erasing: keeps(holder) ? .setAside(holder) : .erase(holder)
        case .held: .wait(until: keeping.until ?? .never)
        case .verifying: .prove(holder)
        case .clearing: .clear
        case .completed, .refused, .cancelled: .finish
        }
    }

    mutating func happened(_ event: ErasureEvent, at now: Timestamp) -> ErasureAction {
        switch step {
        case .received: whileReceived(event, now)
        case .acknowledged: whileAcknowledged(event, now)
        case .awaitingIdentity: whileAwaitingIdentity(event, now)
        case .awaitingController: whileAwaitingController(event, now)
        case .scheduled: whileScheduled(event, now)
        case .collecting: whileCollecting(event)
        case .journaling: whileJournaling(event)
        case .placing: whilePlacing(event)
        case .weighing: whileWeighing(event)
        case .erasing: whileErasing(event)
        case .held: whileHeld(event, now)
        case .verifying: whileVerifying(event, now)
        case .clearing: whileClearing(event, now)
        case .completed, .refused, .cancelled: neverAsked(event)
        }
    }

    private var holder: Peer { ErasureRun.holders[leg] }

    private mutating func whileCollecting(_ event: ErasureEvent) -> ErasureAction {
        switch event {
        case .collected(let answer):
            learn(answer)
            guard wasLast() else { return action }
            found = found ?? false
            // A callback that names nobody: there is nothing to erase, and nothing to say but that.
            if kind == .connection && found == false { return forget() }
            return enter(isCovered ? .weighing : .journaling)
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .weighed, .setAside, .journaled, .placed, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    private mutating func whileJournaling(_ event: ErasureEvent) -> ErasureAction {
        switch event {
        case .journaled: enter(.placing)
        case .failed: failed()
        case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .placed, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    private mutating func whilePlacing(_ event: ErasureEvent) -> ErasureAction {
        switch event {
        case .placed:
            guard wasLast() else { return action }
            isCovered = true
            round += 1
            // Once more: what came in while the tombstones were under way may have given the subject another name.
            guard round >= ErasureRun.roundCountMax else { return enter(.collecting) }
            return setBack()
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    private mutating func whileWeighing(_ event: ErasureEvent) -> ErasureAction {
        switch event {
        case .weighed(let keeping):
            self.keeping = keeping
            return enter(.erasing)
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    private mutating func whileErasing(_ event: ErasureEvent) -> ErasureAction {
        switch event {
        case .erased(let receipt, let isAuthentic):
            guard accepts(receipt, isAuthentic) else { return failed() }
            if receipt.isPartial == true {
                failedAttempts = 0
                return action
            }
            erased.insert(holder)
            return goOn()
        case .setAside(let receipt, let isAuthentic): return accepts(receipt, isAuthentic) ? goOn() : failed()
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .weighed, .collected, .journaled, .placed, .proved, .cleared: neverAsked(event)
        }
    }

    private func keeps(_ holder: Peer) -> Bool { keeping.holders.contains(holder) && !erased.contains(holder) }

    private mutating func accepts(_ receipt: ErasureReceipt, _ isAuthentic: Bool) -> Bool {
        guard isAuthentic, receipt.deletion == deletion, receipt.holder == holder.rawValue else { return false }
        if receipt.rows.values.contains(where: { $0 > 0 }) { found = true }
        return true
    }

    private mutating func goOn() -> ErasureAction {
        guard wasLast() else { return action }
        return enter(ErasureRun.holders.allSatisfy(erased.contains) ? .verifying : .held)
    }

    /// The end of a hold has come: another may stand.
    private mutating func whileHeld(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .due: keeping.until.map { $0 <= now } ?? false ? enter(.weighing) : action
        case .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared, .failed:
            neverAsked(event)
        }
    }

    /// Holds have come or gone while it erases, or waits for them. Who has erased has erased; what is released is erased now.
    mutating func weigh(_ keeping: Keeping) -> ErasureAction {
        switch step {
        case .erasing:
            self.keeping = keeping
            if !ErasureRun.holders.prefix(leg).allSatisfy({ erased.contains($0) || keeps($0) }) { leg = 0 }
        case .held:
            self.keeping = keeping
            if !ErasureRun.holders.allSatisfy({ erased.contains($0) || keeps($0) }) { return enter(.erasing) }
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled, .collecting, .journaling, .placing, .weighing,
            .verifying, .clearing, .completed, .refused, .cancelled:
            break
        }
        return action
    }

    private mutating func whileVerifying(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .proved(let proof):
            guard proof.holder == holder.rawValue, proof.showsErasure(of: kind) else { return setBack() }
            guard wasLast() else { return action }
            verifiedAt = now
            return forget()
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .cleared: neverAsked(event)
        }
    }

    private mutating func whileClearing(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .cleared:
            completedAt = now
            setbacks = 0
            return enter(.completed)
        case .failed: return failed()
        case .due, .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved: neverAsked(event)
        }
    }

    // MARK: Moves

    mutating func enter(_ next: ErasureStep) -> ErasureAction {
        step = next
        leg = 0
        failedAttempts = 0
        return action
    }

    /// Counts an answer; true when it was the last holder's.
    private mutating func wasLast() -> Bool {
        failedAttempts = 0
        guard leg + 1 < ErasureRun.holders.count else { return true }
        leg += 1
        return false
    }

    private mutating func learn(_ answer: CollectSubject.Response) {
        var grown = subject
        grown.formUnion(answer.subject)
        if grown != subject {
            subject = grown
            isCovered = false
        }
        if answer.rows.values.contains(where: { $0 > 0 }) { found = true }
    }

    mutating func failed() -> ErasureAction {
        failedAttempts += 1
        return .rest
    }

    /// Back to where the erasure begins: with the cut-off as it was, and with the names known so far.
    private mutating func setBack() -> ErasureAction {
        setbacks += 1
        round = 0
        erased = []
        _ = enter(.collecting)
        return .rest
    }

    private mutating func forget() -> ErasureAction {
        subject = Subject(workspace: subject.workspace)
        return enter(.clearing)
    }

    func neverAsked(_ event: ErasureEvent) -> Never {
        preconditionFailure("an erasure that is \(step.rawValue) gets only answers to what it asked for")
    }
}

extension ProveErasure.Response {
    /// No row, and no byte that nobody answers for; a scan that looked for no name shows nothing. Hits in rows that stand are others' own:
    /// a message that quotes a phone, an open request. What has no name to look for is proved by its rows.
    func showsErasure(of kind: Deletion.Kind) -> Bool {
        guard rows.values.allSatisfy({ $0 == 0 }) else { return false }
        guard kind.isNamed else { return true }
        guard let scan else { return false }
        return scan.names > 0 && scan.residue == 0 && scan.other == 0
    }
}

extension Deletion.Kind {
    /// Whether somebody goes who has names that can be looked for in the files. A workspace or a channel has none; whose conversation or
    /// message it is stays.
    var isNamed: Bool {
        switch self {
        case .person, .forms, .member, .connection: true
        case .workspace, .conversation, .message, .channel: false
        }
    }
}
