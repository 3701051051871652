import DeletionCoordinatorContracts
import HolderContracts
import Policy

/// Where a run stands in each of its holders, for whoever looks on.
struct ErasureStand {
    let step: ErasureStep
    let leg: Int
    let isVerified: Bool
    /// Holders that have erased.
    let erased: Set<Peer>

    /// One a holder, in their order. A receipt of an earlier round counts: what is gone is gone.
    func legs(receipts: [ErasureReceipt]) -> [DeletionLeg] {
        guard step != .refused, step != .cancelled else { return [] }
        return ErasureRun.holders.enumerated().map { index, holder in
            let receipt = receipts.first { $0.holder == holder.rawValue }
            return DeletionLeg(
                holder: holder.rawValue, state: state(of: index, hasErased: erased.contains(holder), hasReceipt: receipt != nil),
                erasedAt: receipt?.erasedAt)
        }
    }

    private func state(of index: Int, hasErased: Bool, hasReceipt: Bool) -> DeletionLeg.State {
        switch step {
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled, .collecting, .journaling, .placing, .weighing,
            .refused, .cancelled:
            hasReceipt ? .erased : .open
        case .erasing: !hasErased && index < leg ? .kept : hasReceipt ? .erased : .open
        case .held: hasErased ? .erased : .kept
        case .verifying: index < leg ? .proved : .erased
        case .clearing, .completed: isVerified ? .proved : .notNeeded
        }
    }
}
