import DeletionCoordinatorContracts
import Domain
import Wire

/// A request to delete as it is put to the store, from whatever side it came.
struct Petition: Sendable {
    enum Source: String, Sendable { case customer, officer, callback }

    let key: RequestKey
    /// Of everything that the request says beside its key.
    let digest: [UInt8]
    let codeDigest: [UInt8]
    let kind: Deletion.Kind
    let source: Source
    /// nil where nobody knows yet whose data it is.
    let workspace: WorkspaceID?
    let sealedSubject: [UInt8]
    /// By it a petition finds the deletion that it may join; kept until that begins.
    let subjectDigest: [UInt8]
    let receivedAt: Timestamp
    let scheduledFor: Timestamp
    let now: Timestamp
}

/// What became of a petition.
struct Enrolment: Equatable, Sendable {
    enum Kind: Sendable {
        case new
        /// Its key is known, and it asks for the same.
        case repeated
        /// Somebody asked for the same subject already, and that has yet to begin.
        case joined
    }

    let kind: Kind
    let deletion: DeletionID
    let state: Deletion.State
}

/// The key was given before, for something else.
struct KeyReused: Error {}
