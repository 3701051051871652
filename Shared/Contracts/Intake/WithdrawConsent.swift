import Domain
import Policy
import Wire

/// Takes back what a person agreed to: named by the consent, or by the person and perhaps a purpose.
///
/// From the answer on, what rests on it is refused; its rows are gone within 24 hours. That the person had agreed stays as proof.
public struct WithdrawConsent: AnyWorkspaceRequest {
    public static let contract = Contract(
        "consents.withdraw", purpose: .complyWithObligation, writes: [.contact], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent, .support, .privacyOfficer])

    /// As it was recorded.
    public var workspace: WorkspaceID?
    /// Either this or `person`.
    public var consent: ConsentID?
    public var person: ConsentingPerson?
    /// Of the person's consents only those for this purpose; absent: all.
    public var purpose: String?
    public var purposes: [DeclaredPurpose] { purpose.map { [DeclaredPurpose($0)] } ?? [] }

    public init() {}

    public init(workspace: WorkspaceID? = nil, consent: ConsentID) {
        self.workspace = workspace
        self.consent = consent
    }

    public init(workspace: WorkspaceID? = nil, person: ConsentingPerson, purpose: String? = nil) {
        self.workspace = workspace
        self.person = person
        self.purpose = purpose
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("consent", &consent)
        fields.field("person", &person)
        fields.field("purpose", &purpose, max: 32)
    }

    public struct Response: Fields, Equatable {
        /// How many of the consents named were live until now: 0 for a repeat.
        public var withdrawn: Int64 = 0

        public init() {}
        public init(withdrawn: Int64) { self.withdrawn = withdrawn }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("withdrawn", &withdrawn, 0...Int64.max) }
    }

    public enum Refusal: String, RefusalReason {
        /// Nothing like it was ever recorded here.
        case unknownConsent
        case unknownPurpose
    }
}
