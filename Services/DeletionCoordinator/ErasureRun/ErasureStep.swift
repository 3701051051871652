import DeletionCoordinatorContracts
import Domain
import HolderContracts
import IntakeContracts
import Policy

/// Where a run stands. A crash at any point resumes here; each step may be done again without harm.
enum ErasureStep: String, CaseIterable, Sendable {
    /// Whoever asked is to be told that we have it.
    case received
    /// Whoever decides about the data is to be asked what they want.
    case acknowledged
    case awaitingIdentity
    case awaitingController
    /// Waits for its time.
    case scheduled
    /// Asks all holders, one after another, who else the subject is.
    case collecting
    /// Writes the tombstones to the journal, before anyone is told them.
    case journaling
    /// Tells all holders whom to keep out.
    case placing
    /// Looks which holders' rows a legal hold keeps.
    case weighing
    /// Has the rows deleted, or set aside where a hold keeps them, holder by holder in the order of the design.
    case erasing
    /// A hold keeps something; all else is erased.
    case held
    /// Has all holders show that they know the subject no more.
    case verifying
    /// Our own request no longer names anybody; what is left of it in the file is being overwritten.
    case clearing
    case completed
    case refused
    case cancelled

    /// What the contract calls it.
    var state: Deletion.State {
        switch self {
        case .received: .received
        case .acknowledged: .acknowledged
        case .awaitingIdentity: .awaitingIdentity
        case .awaitingController: .awaitingController
        case .scheduled: .scheduled
        case .collecting, .journaling, .placing, .weighing, .erasing: .erasing
        case .held: .held
        case .verifying: .verifying
        case .clearing: .erasedHere
        case .completed: .completed
        case .refused: .refused
        case .cancelled: .cancelled
        }
    }

    /// Nothing has been erased, and perhaps nothing will be.
    var isBeforeErasing: Bool {
        switch self {
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled: true
        case .collecting, .journaling, .placing, .weighing, .erasing, .held, .verifying, .clearing, .completed, .refused, .cancelled: false
        }
    }

    /// Nothing more happens.
    var isEnd: Bool {
        switch self {
        case .completed, .refused, .cancelled: true
        case .received, .acknowledged, .awaitingIdentity, .awaitingController, .scheduled, .collecting, .journaling, .placing, .weighing,
            .erasing, .held, .verifying, .clearing:
            false
        }
    }

    /// Only time or somebody's decision moves it on.
    var isWaiting: Bool {
        switch self {
        case .awaitingIdentity, .awaitingController, .scheduled, .held: true
        case .received, .acknowledged, .collecting, .journaling, .placing, .weighing, .erasing, .verifying, .clearing, .completed, .refused,
            .cancelled:
            false
        }
    }
}

/// What a run is told.
enum ErasureEvent: Sendable {
    /// Somebody looks at a run that waits for its time.
    case due
    case acknowledged
    /// What whoever decides about the data wants.
    case instructed(DeletionInstruction)
    case collected(CollectSubject.Response)
    case journaled
    case placed
    case weighed(Keeping)
    case erased(ErasureReceipt, isAuthentic: Bool)
    case setAside(ErasureReceipt, isAuthentic: Bool)
    case proved(ProveErasure.Response)
    case cleared
    /// The last action came to nothing: a holder is down, the journal's disk is full.
    case failed
}

/// What people decide about a run, at any time.
enum ErasureDecision: Sendable {
    case confirm(Deletion.Proof, Subject?)
    case approve(immediately: Bool)
    case refuse(Deletion.Ground, contact: String)
    case cancel
    /// Holds have come or gone.
    case weigh(Keeping)
}

/// What holds keep of a subject.
struct Keeping: Equatable, Sendable {
    var holders: Set<Peer> = []
    /// When the first of the holds ends by itself.
    var until: Timestamp?

    static let nothing = Keeping()
}

/// What a run asks for. Each but the last three is answered with one event.
enum ErasureAction: Equatable, Sendable {
    case acknowledge, consult
    case collect(Peer), journal, place(Peer), weigh, erase(Peer), setAside(Peer), prove(Peer)
    /// Overwrite what the request left in our own file.
    case clear
    /// Nothing before that time.
    case wait(until: Timestamp)
    /// The same again, after a pause.
    case rest
    case finish
}
