import Domain
import Wire

/// What a person wrote to Botseller itself, and why it may be kept. Forms are no workspace's.
public struct Form: Fields, Equatable {
    public enum Kind: String, WireWord {
        case contact, demo
        /// By or for a customer; the only kind that is kept for 24 months instead of 12.
        case support
        /// The wish to get news about the product: rests on consent alone.
        case news
    }

    /// On which basis of the policy (§4) it is kept.
    public enum Basis: String, WireWord { case contract, legitimateInterest, consent }
    public enum State: String, WireWord { case open, closed }

    public var id = FormID()
    public var kind = Kind.contact
    public var state = State.open
    public var basis = Basis.legitimateInterest
    /// The consent that it rests on; set exactly when the basis is consent.
    public var consent: ConsentID?
    public var market = Market.international
    /// Which policy the person was shown, and which terms of use.
    public var policyVersion = ""
    public var agreementVersion = ""
    public var submittedAt = Timestamp()
    public var closedAt: Timestamp?
    /// Deleted soon after.
    public var expiresAt = Timestamp()

    public init() {}

    public init(
        id: FormID, kind: Kind, state: State, basis: Basis, consent: ConsentID?, market: Market, policyVersion: String,
        agreementVersion: String, submittedAt: Timestamp, closedAt: Timestamp?, expiresAt: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.state = state
        self.basis = basis
        self.consent = consent
        self.market = market
        self.policyVersion = policyVersion
        self.agreementVersion = agreementVersion
        self.submittedAt = submittedAt
        self.closedAt = closedAt
        self.expiresAt = expiresAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("kind", &kind)
        fields.field("state", &state)
        fields.field("basis", &basis)
        fields.field("consent", &consent)
        fields.field("market", &market)
        fields.field("policyVersion", &policyVersion, max: 32)
        fields.field("agreementVersion", &agreementVersion, max: 32)
        fields.field("submittedAt", &submittedAt)
        fields.field("closedAt", &closedAt)
        fields.field("expiresAt", &expiresAt)
    }
}

extension Form.Kind {
    /// Where the person gave no consent: answering who asks is a legitimate interest, what leads to a contract or belongs to one is
    /// necessary for it (GDPR Art. 6(1)(b), (f)). Nil: without a consent there is no basis.
    public var basisWithoutConsent: Form.Basis? {
        switch self {
        case .contact: .legitimateInterest
        case .demo, .support: .contract
        case .news: nil
        }
    }
}

/// What the person typed. Absent: left empty.
public struct FormEntry: Fields, Equatable {
    public static let nameLengthMax = 200
    public static let messageLengthMax = 5000

    public var name = ""
    public var company: String?
    public var email = ""
    /// Of their business, with the country code.
    public var phone: String?
    public var message: String?

    public init() {}
    public init(name: String, company: String? = nil, email: String, phone: String? = nil, message: String? = nil) {
        self.name = name
        self.company = company
        self.email = email
        self.phone = phone
        self.message = message
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: FormEntry.nameLengthMax)
        fields.field("company", &company, max: FormEntry.nameLengthMax)
        fields.field("email", &email, max: Contact.emailLengthMax)
        fields.field("phone", &phone, max: Contact.phoneLengthMax)
        fields.field("message", &message, max: FormEntry.messageLengthMax)
    }
}
