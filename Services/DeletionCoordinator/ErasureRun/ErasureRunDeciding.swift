import DeletionCoordinatorContracts
import Domain
import HolderContracts
import IntakeContracts

/// From the request to the moment at which erasing begins: who asks, who decides, and until when it can be taken back.
extension ErasureRun {
    /// It has begun or ended, or this was decided before.
    struct NotAwaited: Error, Equatable {}

    // MARK: What happens

    mutating func whileReceived(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .acknowledged:
            acknowledgedAt = now
            return askWhoDecides(now)
        case .failed: return failed()
        case .due, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    mutating func whileAcknowledged(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .instructed(.erase): return schedule(now)
        case .instructed(.ask):
            // Somebody may have agreed while the instruction was looked up.
            if isApproved { return schedule(now) }
            decideBy = now.adding(milliseconds: Deletion.Source.controllerMilliseconds)
            return enter(.awaitingController)
        case .failed: return failed()
        case .due, .acknowledged, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared: neverAsked(event)
        }
    }

    mutating func whileAwaitingIdentity(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .due:
            guard hasCome(decideBy, now) else { return action }
            return end(.refused, now, Refusal(ground: .identityNotProven, contact: nil))
        case .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared, .failed:
            neverAsked(event)
        }
    }

    /// Without an answer in its time the workspace has agreed.
    mutating func whileAwaitingController(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        // It may have been agreed to by who joined it, just before a crash.
        case .due: isApproved || hasCome(decideBy, now) ? schedule(now) : action
        case .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared, .failed:
            neverAsked(event)
        }
    }

    mutating func whileScheduled(_ event: ErasureEvent, _ now: Timestamp) -> ErasureAction {
        switch event {
        case .due:
            guard hasCome(scheduledFor, now) else { return action }
            cutoff = now
            subject.cutoff = now
            subject.formUnion(subject)  // Into the order in which grown closures are compared.
            return enter(.collecting)
        case .acknowledged, .instructed, .weighed, .setAside, .collected, .journaled, .placed, .erased, .proved, .cleared, .failed:
            neverAsked(event)
        }
    }

    // MARK: What people decide

    /// Decided again it changes nothing; too late, or against what was decided before, it throws.
    mutating func decided(_ decision: ErasureDecision, at now: Timestamp) throws(NotAwaited) -> ErasureAction {
        switch decision {
        case .confirm(let proof, let subject): try confirm(proof, subject, now)
        case .approve(let immediately): try approve(immediately, now)
        case .refuse(let ground, let contact): try close(as: .refused, now, Refusal(ground: ground, contact: contact))
        case .cancel: try close(as: .cancelled, now, nil)
        case .weigh(let keeping): weigh(keeping)
        }
    }

    private mutating func confirm(_ proof: Deletion.Proof, _ subject: Subject?, _ now: Timestamp) throws(NotAwaited) -> ErasureAction {
        // Each source has one proof: an officer's word opens no page's request, a code no e-mail's.
        guard self.proof == nil, proof == source.proof else { throw NotAwaited() }
        switch step {
        case .received, .awaitingIdentity:
            self.proof = proof
            if let subject { self.subject = subject }
            return step == .received ? action : askWhoDecides(now)
        case .acknowledged, .awaitingController, .scheduled, .collecting, .journaling, .placing, .weighing, .erasing, .held, .verifying,
            .clearing,
            .completed, .refused, .cancelled:
            throw NotAwaited()
        }
    }

    private mutating func approve(_ immediately: Bool, _ now: Timestamp) throws(NotAwaited) -> ErasureAction {
        switch step {
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled:
            isApproved = true
            if immediately { windowMilliseconds = 0 }
            if step == .awaitingController { return schedule(now) }
            if step == .scheduled, immediately { scheduledFor = now }
            return action
        case .collecting, .journaling, .placing, .weighing, .erasing, .held, .verifying, .clearing, .completed: return action
        case .refused, .cancelled: throw NotAwaited()
        }
    }

    private mutating func close(as end: ErasureStep, _ now: Timestamp, _ refusal: Refusal?) throws(NotAwaited) -> ErasureAction {
        switch step {
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled: return self.end(end, now, refusal)
        case .refused, .cancelled:
            guard step == end else { throw NotAwaited() }
            return action
        case .collecting, .journaling, .placing, .weighing, .erasing, .held, .verifying, .clearing, .completed: throw NotAwaited()
        }
    }

    // MARK: Moves

    private mutating func askWhoDecides(_ now: Timestamp) -> ErasureAction {
        guard proof != nil else {
            decideBy = now.adding(milliseconds: source.identityMilliseconds ?? 0)
            return enter(.awaitingIdentity)
        }
        decideBy = nil
        return isApproved ? schedule(now) : enter(.acknowledged)
    }

    private mutating func schedule(_ now: Timestamp) -> ErasureAction {
        decideBy = nil
        scheduledFor = now.adding(milliseconds: windowMilliseconds)
        return enter(.scheduled)
    }

    /// Nothing was erased, and the request no longer names anybody.
    private mutating func end(_ end: ErasureStep, _ now: Timestamp, _ refusal: Refusal?) -> ErasureAction {
        self.refusal = refusal
        (decideBy, scheduledFor, completedAt) = (nil, nil, now)
        subject = Subject(workspace: subject.workspace)
        return enter(end)
    }

    private func hasCome(_ time: Timestamp?, _ now: Timestamp) -> Bool { time.map { $0 <= now } ?? false }
}

extension Timestamp {
    /// The end of the year 9999.
    static let never = Timestamp(rawValue: 253_402_300_799_999)
}
