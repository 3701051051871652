import Domain
import Wire

/// A legal hold, without anything that names its person: what it covers is not erased while it stands.
public struct Hold: Fields, Equatable {
    /// Why data must be kept (GDPR Art. 17(3)).
    public enum Ground: String, WireWord {
        /// To make, exercise or defend legal claims.
        case legalClaims
        case authorityOrder
        case legalDuty
    }

    /// What of its data a hold keeps; contexts are derived from messages, and never kept.
    public enum Scope: String, WireWord, Hashable {
        /// Conversations with all that belongs to them.
        case messages
        /// What was sent through Botseller's forms.
        case forms
    }

    /// Whom a hold is about.
    public enum Target: String, WireWord { case person, workspace, deletion }

    public var id = HoldID()
    public var target = Target.person
    public var workspace: WorkspaceID?
    /// The one deletion that it holds up.
    public var deletion: DeletionID?
    public var ground = Ground.legalClaims
    /// The officer's own file number; names nobody.
    public var reference: RequestKey?
    public var scope: [Scope] = []
    public var placedAt = Timestamp()
    /// It ends by itself then.
    public var endsAt: Timestamp?
    public var liftedAt: Timestamp?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("target", &target)
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
        fields.field("ground", &ground)
        fields.field("reference", &reference)
        fields.field("scope", &scope, max: Scope.allCases.count)
        fields.field("placedAt", &placedAt)
        fields.field("endsAt", &endsAt)
        fields.field("liftedAt", &liftedAt)
    }
}

/// A deletion that a hold came upon, and what was gone by then.
public struct HeldDeletion: Fields, Equatable {
    public var deletion = DeletionID()
    public var state = Deletion.State.received
    /// Holders that had erased before the hold.
    public var erased: [String] = []

    public init() {}
    public init(deletion: DeletionID, state: Deletion.State, erased: [String]) {
        self.deletion = deletion
        self.state = state
        self.erased = erased
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("state", &state)
        fields.field("erased", &erased, max: 16)
    }
}
