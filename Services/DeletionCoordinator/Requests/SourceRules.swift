import DeletionCoordinatorContracts

/// Who may ask, by what it is known, how long that is waited for, and how long a request can be taken back: one line a source (DESIGN §6).
///
/// | source | proof | awaited for | window | who decides |
/// | --- | --- | --- | --- | --- |
/// | customer | the member's token, checked before we hear of it | – | 24 h | has decided by asking |
/// | officer | the officer's record | 30 days | 24 h | the workspace's instruction |
/// | termination | the owner's token, at intake | – | 14 days | has decided by ending the agreement |
/// | callback | Meta's signature, with its own expiry | – | none | Botseller: it is account data |
/// | page | the code, sent in the chat | 24 h | 24 h | the workspace's instruction |
extension Deletion.Source {
    static let hour: Int64 = 3_600_000
    static let day = 24 * hour
    /// For the workspace's decision, where it wants to be asked; without an answer the erasure goes on.
    static let controllerMilliseconds = 14 * day

    var proof: Deletion.Proof {
        switch self {
        case .customer, .termination: .memberToken
        case .officer: .officerRecord
        case .callback: .signedCallback
        case .page: .codeInChat
        }
    }

    /// How long the proof may come after the request; nil where a request never comes without.
    var identityMilliseconds: Int64? {
        switch self {
        case .customer, .termination, .callback: nil
        case .officer: 30 * Deletion.Source.day
        case .page: Deletion.Source.day
        }
    }

    /// Between the decision and the erasing, to take it back.
    var windowMilliseconds: Int64 {
        switch self {
        case .customer, .officer, .page: Deletion.Source.day
        case .termination: 14 * Deletion.Source.day
        case .callback: 0
        }
    }

    /// Whether whoever asks is the one who decides.
    var decides: Bool {
        switch self {
        case .customer, .termination, .callback: true
        case .officer, .page: false
        }
    }
}
