/// What data is never used for, whoever asks (policy §3, §7.3).
public enum NeverPurpose: String, CaseIterable, Sendable { case sale, sharing, advertising, profiling }

/// A purpose as somebody declared it: of an integration or a subprocessor, in a request.
///
/// The three ways are told apart so that each gets its own answer: a never-purpose is `purposeForbidden`, an unknown word is refused
/// with the reason.
public enum DeclaredPurpose: Equatable, Sendable {
    case allowed(Purpose)
    case never(NeverPurpose)
    /// No word of the policy. The word itself is not kept: it is whatever a caller sent.
    case unknown

    public var isNever: Bool { if case .never = self { true } else { false } }

    /// - Parameter word: exactly as the policy's terms are spelt on the wire.
    public init(_ word: String) {
        if let purpose = Purpose(rawValue: word) {
            self = .allowed(purpose)
        } else if let never = NeverPurpose(rawValue: word) {
            self = .never(never)
        } else {
            self = .unknown
        }
    }
}
