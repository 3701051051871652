import Domain
import Policy
import Wire

/// Puts on record that somebody got personal data. Sent by the service that gave it, before or after; what happened is never refused
/// for being wrong.
public struct RecordDisclosure: Keyed {
    public static let contract = Contract(
        "disclosures.record", purpose: .complyWithObligation, writes: [.security], repeats: .deduplicated,
        callers: [.intake, .conversationStore, .handoffContext])

    public var key = RequestKey()
    public var disclosure = Disclosure()
    public var scope: String? { disclosure.workspace?.rawValue }
    public var purposes: [DeclaredPurpose] { [DeclaredPurpose(disclosure.purpose)] }

    public init() {}
    public init(key: RequestKey, _ disclosure: Disclosure) {
        self.key = key
        self.disclosure = disclosure
    }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("disclosure", &disclosure) }

    public struct Response: Fields, Equatable {
        public var id = DisclosureID()

        public init() {}
        public init(id: DisclosureID) { self.id = id }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("id", &id) }
    }

    public enum Refusal: String, RefusalReason {
        case keyReused
        /// The policy knows no such purpose.
        case unknownPurpose
    }
}
