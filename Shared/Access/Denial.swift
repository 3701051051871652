import Wire

/// Why a request or a delivery did not reach its handler. The caller learns only the fault: a bad token gives no hint what is bad about it.
public enum Denial: String, Error, CaseIterable, Sendable {
    /// The contract doesn't list this kind of program.
    case callerNotListed
    /// A program that was removed, or never added.
    case programUnknown
    /// A program that speaks for one workspace only asked about another one, or about all.
    case programOfOtherWorkspace
    case tokenMissing
    /// Forged, truncated, signed by a key that is no longer live, or for longer than a token lives.
    case tokenInvalid
    case tokenExpired
    /// Removed, or with other rights since the token was made.
    case memberChanged
    case factsStale
    case roleNotListed
    case otherWorkspace
    case grantMissing
    /// Sale, sharing, advertising, profiling; or a category that never serves the purpose.
    case purposeNever
    case purposeNotInstructed
    /// At a public door: no signature of the platform, or a wrong one.
    case signatureInvalid
    /// At a channel's own door: not what was agreed for it.
    case credentialInvalid
    /// Somebody set up a webhook with another token than ours.
    case verifyTokenInvalid

    /// What the gate denies with; the others are the webhook door's.
    public static let ofCalls = allCases.filter { denial in
        switch denial {
        case .callerNotListed, .programUnknown, .programOfOtherWorkspace, .tokenMissing, .tokenInvalid, .tokenExpired, .memberChanged,
            .factsStale, .roleNotListed, .otherWorkspace, .grantMissing, .purposeNever, .purposeNotInstructed:
            true
        case .signatureInvalid, .credentialInvalid, .verifyTokenInvalid: false
        }
    }

    public var fault: Fault {
        switch self {
        case .callerNotListed, .programUnknown, .programOfOtherWorkspace:
            Fault(.forbidden, "this program may not make this call: see mesh.contracts, and `meshctl peer list`")
        case .tokenMissing: Fault(.forbidden, "this call needs the token of a person whose role allows it: see mesh.contracts")
        // Another workspace's token is as good as none, and gets the same bytes.
        case .tokenInvalid, .tokenExpired, .memberChanged, .otherWorkspace:
            Fault(
                .forbidden,
                "the actor's token is not valid here and now: ask for a new one with members.issueToken, and name the member's own workspace"
            )
        case .factsStale: Fault(.unavailable, "nothing was heard of members and their rights for a minute: try again when intake runs")
        case .roleNotListed: Fault(.forbidden, "the actor's role may not make this call: see mesh.contracts")
        case .grantMissing: Fault(.forbidden, "the workspace has not let support in: its owner may with workspaces.instruct")
        case .purposeNever:
            Fault(
                .purposeForbidden,
                "the policy forbids this purpose for this data; sale, sharing, advertising and profiling for all, whoever asks or agrees")
        case .purposeNotInstructed: Fault(.purposeForbidden, "the workspace's instructions don't allow this purpose")
        case .signatureInvalid, .credentialInvalid, .verifyTokenInvalid: Fault(.unauthenticated, "the sender could not be proved")
        }
    }
}
