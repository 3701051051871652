import Domain
import Policy
import Wire

/// Records that a person agreed: proof of it, and the basis of what rests on it until it is withdrawn (policy §4).
public struct RecordConsent: Keyed, AnyWorkspaceRequest {
    public static let contract = Contract(
        "consents.record", purpose: .complyWithObligation, writes: [.contact], repeats: .deduplicated, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent, .support, .privacyOfficer])

    public var key = RequestKey()
    /// In whose relationship the person agreed; absent where it is Botseller's own.
    public var workspace: WorkspaceID?
    public var person = ConsentingPerson()
    /// A purpose of the policy, by its name.
    public var purpose = ""
    public var purposes: [DeclaredPurpose] { [DeclaredPurpose(purpose)] }
    /// Which text the person agreed to.
    public var textVersion = ""
    public var policyVersion = ""
    public var market = Market.international
    public var evidence = ConsentEvidence()
    /// A time that has yet to come counts as now.
    public var givenAt = Timestamp()

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID? = nil, person: ConsentingPerson, purpose: String, textVersion: String,
        policyVersion: String, market: Market, evidence: ConsentEvidence, givenAt: Timestamp
    ) {
        self.key = key
        self.workspace = workspace
        self.person = person
        self.purpose = purpose
        self.textVersion = textVersion
        self.policyVersion = policyVersion
        self.market = market
        self.evidence = evidence
        self.givenAt = givenAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("person", &person)
        fields.field("purpose", &purpose, max: 32)
        fields.field("textVersion", &textVersion, min: 1, max: 32, of: .name)
        fields.field("policyVersion", &policyVersion, min: 1, max: 32, of: .name)
        fields.field("market", &market)
        fields.field("evidence", &evidence)
        fields.field("givenAt", &givenAt)
    }

    public struct Response: Fields, Equatable {
        public var consent = ConsentID()

        public init() {}
        public init(consent: ConsentID) { self.consent = consent }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("consent", &consent) }
    }

    public enum Refusal: String, RefusalReason {
        /// The policy knows no such purpose. What it forbids (sale, sharing, advertising, profiling) is the fault `purposeForbidden`.
        case unknownPurpose
        case unknownWorkspace, workspaceTerminated, unknownChannel, keyReused
    }
}

/// Who agreed: exactly one of an e-mail address, a member of the workspace, and a participant on one of its channels.
public struct ConsentingPerson: Fields, Equatable {
    /// Of somebody who left it in a form of Botseller's own: without a workspace.
    public var email: String?
    public var member: MemberID?
    /// Where `participant` agreed.
    public var channel: ChannelID?
    /// Not by a username: that may pass to somebody else.
    public var participant: Alias?

    public init() {}
    public init(email: String) { self.email = email }
    public init(member: MemberID) { self.member = member }
    public init(channel: ChannelID, participant: Alias) {
        self.channel = channel
        self.participant = participant
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("email", &email, max: Contact.emailLengthMax)
        fields.field("member", &member)
        fields.field("channel", &channel)
        fields.field("participant", &participant)
    }
}

/// How it can be shown that a person agreed.
public struct ConsentEvidence: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// Ticked by the person.
        case checkbox
        /// Written by the person in a chat or by mail.
        case message
        case document, recording
    }

    public var kind = Kind.checkbox
    /// Where to look: a number of the caller's own. Never a platform's id of a message, which may carry a phone.
    public var reference: String?

    public init() {}
    public init(_ kind: Kind, reference: String? = nil) {
        self.kind = kind
        self.reference = reference
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("reference", &reference, min: 1, max: 64, of: .name)
    }
}
