import DeletionCoordinatorContracts
import HolderContracts
import Policy

/// Where a run stands. A crash at any point resumes here; each step may be done again without harm.
enum ErasureStep: String, CaseIterable, Sendable {
    /// Waits for its time.
    case scheduled
    /// Asks all holders, one after another, who else the subject is.
    case collecting
    /// Writes the tombstones to the journal, before anyone is told them.
    case journaling
    /// Tells all holders whom to keep out.
    case placing
    /// Has the rows deleted, holder by holder in the order of the design.
    case erasing
    /// Has all holders show that they know the subject no more.
    case verifying
    /// Our own request no longer names anybody; what is left of it in the file is being overwritten.
    case clearing
    case completed

    /// What the contract calls it.
    var state: Deletion.State {
        switch self {
        case .scheduled: .scheduled
        case .collecting, .journaling, .placing, .erasing: .erasing
        case .verifying: .verifying
        case .clearing: .erasedHere
        case .completed: .completed
        }
    }
}

/// What a run is told.
enum ErasureEvent: Sendable {
    /// Somebody looks at a run that waits for its time.
    case due
    case collected(CollectSubject.Response)
    case journaled
    case placed
    case erased(ErasureReceipt, isAuthentic: Bool)
    case proved(ProveErasure.Response)
    case cleared
    /// The last action came to nothing: a holder is down, the journal's disk is full.
    case failed
}

/// What a run asks for. Each but the last three is answered with one event.
enum ErasureAction: Equatable, Sendable {
    case collect(Peer), journal, place(Peer), erase(Peer), prove(Peer)
    /// Overwrite what the request left in our own file.
    case clear
    /// Nothing before the time that it is scheduled for.
    case wait
    /// The same again, after a pause.
    case rest
    case finish
}
