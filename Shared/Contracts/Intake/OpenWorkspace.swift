import Domain
import Policy
import Wire

/// Opens a customer's workspace, with the policy and agreement versions that were accepted.
public struct OpenWorkspace: Keyed {
    public static let contract = Contract(
        "workspaces.open", purpose: .provideService, writes: [.account, .workspaceConfiguration], repeats: .deduplicated,
        callers: [.operator], roles: [.operator])

    public var key = RequestKey()
    public var name = ""
    /// Where the customer is at home.
    public var market = Market.international
    public var policyVersion = ""
    public var agreementVersion = ""
    public var onDeletion = DeletionInstruction.erase

    public init() {}

    public init(
        key: RequestKey, name: String, market: Market, policyVersion: String, agreementVersion: String, onDeletion: DeletionInstruction
    ) {
        self.key = key
        self.name = name
        self.market = market
        self.policyVersion = policyVersion
        self.agreementVersion = agreementVersion
        self.onDeletion = onDeletion
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, min: 1, max: 200)
        fields.field("market", &market)
        fields.field("policyVersion", &policyVersion, min: 1, max: 32, of: .name)
        fields.field("agreementVersion", &agreementVersion, min: 1, max: 32, of: .name)
        fields.field("onDeletion", &onDeletion)
    }

    public struct Response: Fields, Equatable {
        public var workspace = WorkspaceID()

        public init() {}
        public init(workspace: WorkspaceID) { self.workspace = workspace }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }
    }

    public enum Refusal: String, RefusalReason {
        /// The same key came before with other fields.
        case keyReused
    }
}

/// What the customer, as the controller, wants done when one of its people asks for deletion.
public enum DeletionInstruction: String, WireWord {
    /// At once.
    case erase
    /// After the customer agreed, or 14 days without an answer.
    case ask
}
