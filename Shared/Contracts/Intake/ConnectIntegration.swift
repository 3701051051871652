import Domain
import Policy
import Wire

/// Connects a customer's own system to its workspace. The customer attests to have the rights, notices and consents (policy §4), and
/// declares which data serves what there.
public struct ConnectIntegration: Keyed, WorkspaceRequest {
    public static let contract = Contract(
        "integrations.connect", purpose: .provideService, writes: [.account, .workspaceConfiguration], repeats: .deduplicated,
        callers: [.operator, .gateway], roles: [.owner, .admin])
    public static let nameLengthMax = 100
    public static let secretLengthMin = 16
    public static let secretLengthMax = 4096

    public var key = RequestKey()
    public var workspace = WorkspaceID()
    public var kind = IntegrationKind.crm
    /// What the workspace calls it.
    public var name = ""
    /// Of the third party: shown to the customer (policy §6).
    public var terms = WebLink()
    public var uses: [DeclaredUse] = []
    public var attestation = Attestation()
    /// What the system is reached with. No method gives it back, and no file keeps it in clear.
    public var secret: String?
    public var purposes: [DeclaredPurpose] { uses.purposes }

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID, kind: IntegrationKind, name: String, terms: WebLink, uses: [DeclaredUse],
        attestation: Attestation, secret: String? = nil
    ) {
        self.key = key
        self.workspace = workspace
        self.kind = kind
        self.name = name
        self.terms = terms
        self.uses = uses
        self.attestation = attestation
        self.secret = secret
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("kind", &kind)
        fields.field("name", &name, min: 1, max: ConnectIntegration.nameLengthMax)
        fields.field("terms", &terms)
        fields.field("uses", &uses, max: DeclaredUse.countMax)
        fields.field("attestation", &attestation)
        fields.field("secret", &secret, min: ConnectIntegration.secretLengthMin, max: ConnectIntegration.secretLengthMax)
    }

    public struct Response: Fields, Equatable {
        public var integration = IntegrationID()
        /// The third party's own terms, to be read by the customer (policy §6).
        public var thirdPartyTerms = WebLink()

        public init() {}
        public init(integration: IntegrationID, thirdPartyTerms: WebLink) {
            self.integration = integration
            self.thirdPartyTerms = thirdPartyTerms
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("integration", &integration)
            fields.field("thirdPartyTerms", &thirdPartyTerms)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated, attestationIncomplete, keyReused
        /// The policy knows no such purpose. What it forbids (sale, sharing, advertising, profiling) is the fault `purposeForbidden`.
        case unknownPurpose
        /// A category that never serves its purpose, serves it in part, or is not the customer's to give.
        case useNotAllowed
    }
}

/// What a customer connects beside messengers.
public enum IntegrationKind: String, WireWord, Hashable {
    case crm, customerDatabase
}
