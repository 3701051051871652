import Domain
import Policy
import Wire

/// Asks for the erasure of exactly one of: a person in a workspace, by one of their aliases; whoever wrote to Botseller itself, by how they
/// can be reached; a member, by their id.
public struct RequestDeletion: Keyed, AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.request", purpose: .complyWithObligation, writes: [.profile, .security], repeats: .deduplicated,
        callers: [.operator, .gateway, .intake], roles: [.owner, .admin, .privacyOfficer])

    public enum Source: String, WireWord {
        /// The workspace's own people, who decide about their messenger data.
        case customer
        /// An e-mail that the privacy officer entered; the clock started when it came.
        case officer
    }

    /// How the privacy officer made sure that whoever asks is the person; never a copy of what they showed.
    public enum IdentityRecord: String, WireWord {
        /// They answered from an address that is known to be theirs.
        case repliedFromKnownAddress
        case knewOfTheirConversation, showedDocument, cameInPerson
    }

    public var key = RequestKey()
    /// Absent for who belongs to no workspace: senders of forms, Botseller's own people. Absent for a person, which only the officer may
    /// ask: in every workspace that has the platform, as a deletion of its own in each, of which no other workspace hears.
    public var workspace: WorkspaceID?
    public var subject: Alias?
    public var contact: Contact?
    public var member: MemberID?
    public var source = Source.customer
    /// Of what the officer enters; without it the deletion waits for `deletions.confirmIdentity`.
    public var identity: IdentityRecord?
    /// When the person asked, if earlier than now: the clocks count from there.
    public var receivedAt: Timestamp?
    /// Where the person reads their mail, which the privacy officer knows: they are told there what became of it. A sender of forms is told
    /// at the address by which they are named.
    public var replyTo: String?
    /// Without the 24 hours in which the request could be cancelled.
    public var immediately = false

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID, subject: Alias, source: Source, identity: IdentityRecord? = nil,
        receivedAt: Timestamp? = nil,
        immediately: Bool = false
    ) {
        self.key = key
        self.workspace = workspace
        self.subject = subject
        self.source = source
        self.identity = identity
        self.receivedAt = receivedAt
        self.immediately = immediately
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("subject", &subject)
        fields.field("contact", &contact)
        fields.field("member", &member)
        fields.field("source", &source)
        fields.field("identity", &identity)
        fields.field("receivedAt", &receivedAt)
        fields.field("replyTo", &replyTo, min: 3, max: Contact.emailLengthMax)
        fields.field("immediately", &immediately)
    }

    /// Whoever sent Botseller's forms.
    public init(key: RequestKey, contact: Contact, identity: IdentityRecord? = nil, receivedAt: Timestamp? = nil, immediately: Bool = false)
    {
        self.key = key
        self.contact = contact
        self.source = .officer
        self.identity = identity
        self.receivedAt = receivedAt
        self.immediately = immediately
    }

    /// One of a workspace's own people, or of Botseller's where it is nil.
    public init(key: RequestKey, workspace: WorkspaceID?, member: MemberID, source: Source, immediately: Bool = false) {
        self.key = key
        self.workspace = workspace
        self.member = member
        self.source = source
        self.immediately = immediately
    }

    public struct Response: Fields, Equatable {
        public static let countMax = 10_000

        public var deletion = DeletionID()
        /// All of them, where a person is erased everywhere; `deletion` is the first.
        public var deletions: [DeletionID] = []
        /// Opens `/data-deletion/status/<code>`; given once per key, at least 128 bits.
        public var code = ""
        public var state = Deletion.State.received

        public init() {}
        public init(deletion: DeletionID, deletions: [DeletionID]? = nil, code: String, state: Deletion.State) {
            self.deletion = deletion
            self.deletions = deletions ?? [deletion]
            self.code = code
            self.state = state
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("deletion", &deletion)
            fields.field("deletions", &deletions, max: Response.countMax)
            fields.field("code", &code, max: 64)
            fields.field("state", &state)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace
        /// A username may belong to somebody else by now: name the person by IGSID, phone or BSUID.
        case subjectNotProven
        /// A workspace's own people ask as the customer, the privacy officer as the officer.
        case otherSource
        case keyReused
    }
}
