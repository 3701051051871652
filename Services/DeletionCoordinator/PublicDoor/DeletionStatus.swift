import DeletionCoordinatorContracts
import Domain

/// What a status page tells: a deletion and when it came how far.
struct DeletionStatus: Sendable {
    let deletion: Deletion
    /// When erasing began.
    let startedAt: Timestamp?
    /// When all systems had shown that nothing is left.
    let verifiedAt: Timestamp?
}
