import Domain
import Policy
import Wire

/// Has data kept that an erasure would remove: of a person, of a whole workspace, or whatever one deletion is about. Erasures that have
/// begun stop before what they have not done yet; the answer says what was gone.
public struct PlaceHold: Keyed, AnyWorkspaceRequest {
    public static let contract = Contract(
        "holds.place", purpose: .complyWithObligation, writes: [.profile, .security], repeats: .deduplicated,
        callers: [.operator, .gateway], roles: [.privacyOfficer])

    public var key = RequestKey()
    /// With neither person nor deletion: all of the workspace's data.
    public var workspace: WorkspaceID?
    public var person: Alias?
    public var deletion: DeletionID?
    public var ground = Hold.Ground.legalClaims
    /// The officer's own file number; names nobody.
    public var reference: RequestKey?
    /// None: everything that can be kept.
    public var scope: [Hold.Scope] = []
    public var endsAt: Timestamp?

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID? = nil, person: Alias? = nil, deletion: DeletionID? = nil, ground: Hold.Ground,
        scope: [Hold.Scope] = [], endsAt: Timestamp? = nil
    ) {
        self.key = key
        self.workspace = workspace
        self.person = person
        self.deletion = deletion
        self.ground = ground
        self.scope = scope
        self.endsAt = endsAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("person", &person)
        fields.field("deletion", &deletion)
        fields.field("ground", &ground)
        fields.field("reference", &reference)
        fields.field("scope", &scope, max: Hold.Scope.allCases.count)
        fields.field("endsAt", &endsAt)
    }

    public struct Response: Fields, Equatable {
        public static let affectedMax = 1000

        public var hold = HoldID()
        /// Deletions under way that it came upon; the first thousand.
        public var affected: [HeldDeletion] = []

        public init() {}
        public init(hold: HoldID, affected: [HeldDeletion]) {
            self.hold = hold
            self.affected = affected
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("hold", &hold)
            fields.field("affected", &affected, max: Response.affectedMax)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, unknownDeletion
        /// A username may belong to somebody else by now.
        case subjectNotProven
        /// Its end lies in the past.
        case alreadyEnded
        case keyReused
    }
}
