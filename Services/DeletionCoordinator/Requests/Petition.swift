import DeletionCoordinatorContracts
import Domain
import Wire

/// A request to delete as it is put to the store, from whatever side it came.
struct Petition: Sendable {
    let key: RequestKey
    /// Of everything that the request says beside its key.
    let digest: [UInt8]
    let codeDigest: [UInt8]
    let kind: Deletion.Kind
    let source: Deletion.Source
    /// nil while it is awaited.
    let proof: Deletion.Proof?
    /// By it the person's message in the chat finds the petition.
    let chatDigest: [UInt8]?
    /// nil where nobody knows yet whose data it is.
    let workspace: WorkspaceID?
    let sealedSubject: [UInt8]
    /// By it a petition finds the deletion that it may join; kept until that begins. nil: it joins none, and none joins it.
    let subjectDigest: [UInt8]?
    /// Where whoever asks is to be written to; nil: nowhere.
    var sealedAddress: [UInt8]?
    let policyVersion: String
    let receivedAt: Timestamp
    let windowMilliseconds: Int64
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
