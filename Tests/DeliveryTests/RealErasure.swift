import DeletionCoordinatorContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import Wire

@testable import DeletionCoordinatorService

/// An erasure by the coordinator's own state machine, step by step, over the real holders of a rig; who is not in the rig has nothing.
struct RealErasure {
    /// Something of everybody's must be left over so often in a row that it is no race any more.
    private static let stepsMax = 400

    let rig: DeliveryRig
    let accounts: [Account]
    let digester: ErasureDigester
    /// The safety, which a negative control switches off.
    var placesTombstones = true

    struct NeverEnds: Error {}

    /// - Parameter between: before each step, with its number.
    func erase(_ deletion: Int64, _ subject: Subject, between: (Int) throws -> Void = { _ in }) throws {
        var run = ErasureRun(
            deletion: DeletionID(rawValue: deletion), kind: .person, source: .customer, proof: .memberToken, subject: subject)
        run.windowMilliseconds = 0
        var action = run.action
        for step in 0..<RealErasure.stepsMax {
            if action == .finish { return }
            try between(step)
            if action == .rest { action = run.action }
            action = run.happened(try perform(action, run), at: rig.time.now)
        }
        throw NeverEnds()
    }

    private func perform(_ action: ErasureAction, _ run: ErasureRun) throws -> ErasureEvent {
        switch action {
        case .acknowledge: return .acknowledged
        case .consult: return .instructed(.erase)
        case .wait: return .due
        case .journal: return .journaled
        case .weigh: return .weighed(.nothing)
        case .clear: return .cleared
        case .collect(let holder):
            var own = run.subject
            own.accounts = accounts
            let nothing = CollectSubject.Response(subject: own, rows: [:])
            return .collected(try ask(CollectSubject(subject: run.subject), of: holder) ?? nothing)
        case .place(let holder):
            guard placesTombstones, let cutoff = run.cutoff else { return .placed }
            let tombstones = run.subject.erasedNames.map { digester.tombstone($0, cutoff: cutoff) }
            _ = try ask(PlaceTombstones(deletion: run.deletion, tombstones: tombstones), of: holder)
            return .placed
        case .erase(let holder), .setAside(let holder):
            let nothing = ErasureReceipt(deletion: run.deletion, holder: holder.rawValue, rows: [:], files: [], erasedAt: rig.time.now)
            let receipt = try ask(EraseSubject(deletion: run.deletion, subject: run.subject), of: holder)
            return .erased(receipt ?? nothing, isAuthentic: true)
        case .prove(let holder):
            // The rows alone: a test's process can't be its own scanning child.
            let rows = try ask(ProveErasure(subject: run.subject, scan: false), of: holder)?.rows ?? [:]
            var scan = ScanResult()
            scan.names = 1
            return .proved(ProveErasure.Response(holder: holder.rawValue, rows: rows, scan: scan))
        case .rest, .finish: preconditionFailure("there is nothing to be done")
        }
    }

    private func ask<R: Request>(_ request: R, of holder: Peer) throws -> R.Response? {
        switch holder {
        case .intake: try rig.intake(request, as: .deletionCoordinator)
        case .conversationStore: try rig.store(request, as: .deletionCoordinator)
        default: nil
        }
    }
}
