import Domain
import Policy
import Wire

/// A company that works for Botseller with personal data (policy §6, GDPR Art. 28).
public struct Subprocessor: Fields, Equatable {
    public enum Kind: String, WireWord { case infrastructure, payment, analytics, messaging, crm, communication, ai }

    /// What lets data leave the European Economic Area (GDPR Art. 44 to 49).
    public enum Transfer: String, WireWord {
        /// It doesn't leave.
        case none
        case adequacyDecision, standardClauses, bindingRules
        /// An exception for single cases (Art. 49).
        case derogation
    }

    public static let nameLengthMax = 100
    public static let erasureChannelLengthMax = 254

    public var name = ""
    public var kind = Kind.infrastructure
    /// ISO 3166-1 alpha-2, of where the data is.
    public var country = ""
    public var transfer = Transfer.none
    public var terms = WebLink()
    /// Where it is told to erase somebody: an https address or an e-mail address.
    public var erasureChannel = ""
    public var uses: [DeclaredUse] = []
    /// It gets nothing any more, and stays in the register.
    public var isEnded = false

    public init() {}

    public init(
        name: String, kind: Kind, country: String, transfer: Transfer, terms: WebLink, erasureChannel: String, uses: [DeclaredUse],
        isEnded: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.country = country
        self.transfer = transfer
        self.terms = terms
        self.erasureChannel = erasureChannel
        self.uses = uses
        self.isEnded = isEnded
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, min: 1, max: Subprocessor.nameLengthMax)
        fields.field("kind", &kind)
        fields.field("country", &country, min: 2, max: 2)
        fields.field("transfer", &transfer)
        fields.field("terms", &terms)
        fields.field("erasureChannel", &erasureChannel, min: 1, max: Subprocessor.erasureChannelLengthMax)
        fields.field("uses", &uses, max: DeclaredUse.countMax)
        fields.field("isEnded", &isEnded)
    }
}
