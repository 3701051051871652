import Domain
import Policy
import Wire

/// Says that two participants are one person, and how that is known. They stay two; an erasure of one takes the other along only where
/// the evidence proves it.
public struct LinkParticipants: WorkspaceRequest {
    public static let contract = Contract(
        "participants.link", purpose: .provideService, writes: [.profile], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])
    /// Links of one participant.
    public static let countMax = 64

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()
    public var other = ParticipantID()
    public var evidence = LinkEvidence()

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID, other: ParticipantID, evidence: LinkEvidence) {
        self.workspace = workspace
        self.participant = participant
        self.other = other
        self.evidence = evidence
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
        fields.field("other", &other)
        fields.field("evidence", &evidence)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        /// The workspace has not both of them.
        case unknownParticipant
        case sameParticipant
        /// Only an owner or admin states what proves.
        case proofNotAllowed
        case tooManyLinks
    }
}

/// Takes a link back, with all evidence for it.
public struct UnlinkParticipants: WorkspaceRequest {
    public static let contract = Contract(
        "participants.unlink", purpose: .provideService, writes: [.profile], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()
    public var other = ParticipantID()

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID, other: ParticipantID) {
        self.workspace = workspace
        self.participant = participant
        self.other = other
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
        fields.field("other", &other)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownLink
        /// Only an owner or admin takes back what is proved.
        case proofNotAllowed
    }
}

/// How it is known that two participants are one person.
public struct LinkEvidence: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// The person answered a code of the one chat in the other.
        case code
        /// The person showed a document that names both.
        case document
        /// The person said so.
        case statement
        /// A record of the customer's own says so.
        case customerRecord
        /// Name, picture or way of writing.
        case resemblance

        /// Whether it is enough to erase the one for the other: over-deletion is as bad as a forgotten half.
        public var proves: Bool {
            switch self {
            case .code, .document: true
            case .statement, .customerRecord, .resemblance: false
            }
        }
    }

    public var kind = Kind.statement
    /// Where it is to be found: a ticket, a message, a record's number.
    public var source = ""

    public init() {}
    public init(_ kind: Kind, source: String) {
        self.kind = kind
        self.source = source
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("source", &source, min: 1, max: 256)
    }
}

/// A link as it stands.
public struct ParticipantLink: Fields, Equatable {
    public var other = ParticipantID()
    public var evidence = LinkEvidence()
    /// Who said so; absent once that member was erased.
    public var member: MemberID?
    public var at = Timestamp()

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("other", &other)
        fields.field("evidence", &evidence)
        fields.field("member", &member)
        fields.field("at", &at)
    }
}
