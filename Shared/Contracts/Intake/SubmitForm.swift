import Domain
import Policy
import Wire

/// Hands over what a person wrote in a form that somebody else showed. On disk when it is answered.
public struct SubmitForm: Keyed {
    public static let contract = Contract(
        "forms.submit", purpose: .respondToRequest, writes: [.contact, .company, .support], repeats: .deduplicated,
        callers: [.operator, .gateway])

    public var key = RequestKey()
    public var kind = Form.Kind.contact
    public var entry = FormEntry()
    public var market = Market.international
    /// Which policy the sender was shown, and which terms of use.
    public var policyVersion = ""
    public var agreementVersion = ""
    /// The sender's consent to respondToRequest, where the form rests on one.
    public var consent: ConsentID?
    /// A time that has yet to come counts as now.
    public var submittedAt = Timestamp()

    public init() {}

    public init(
        key: RequestKey, kind: Form.Kind, entry: FormEntry, market: Market, policyVersion: String, agreementVersion: String,
        consent: ConsentID? = nil, submittedAt: Timestamp
    ) {
        self.key = key
        self.kind = kind
        self.entry = entry
        self.market = market
        self.policyVersion = policyVersion
        self.agreementVersion = agreementVersion
        self.consent = consent
        self.submittedAt = submittedAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("entry", &entry)
        fields.field("market", &market)
        fields.field("policyVersion", &policyVersion, min: 1, max: 32, of: .name)
        fields.field("agreementVersion", &agreementVersion, min: 1, max: 32, of: .name)
        fields.field("consent", &consent)
        fields.field("submittedAt", &submittedAt)
    }

    public struct Response: Fields, Equatable {
        public var form = FormID()

        public init() {}
        public init(form: FormID) { self.form = form }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("form", &form) }
    }

    public enum Refusal: String, RefusalReason {
        /// News without a consent.
        case consentMissing
        /// Not recorded, not of this sender, or for another purpose.
        case unknownConsent
        case consentWithdrawn
        /// The sender asked to be forgotten and has not written since.
        case senderErased
        case keyReused
    }
}
