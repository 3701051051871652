import Domain
import Policy
import Wire

/// Changes what the customer, as the controller, wants done with its people's data; what is left out stays as it was.
public struct InstructWorkspace: WorkspaceRequest {
    public static let contract = Contract(
        "workspaces.instruct", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin])
    /// A grant to support ends by itself.
    public static let supportMillisecondsMax: Int64 = 7 * 24 * 3_600_000

    public var workspace = WorkspaceID()
    public var onDeletion: DeletionInstruction?
    public var improvesProduct: Bool?
    public var agentsSeeContacts: Bool?
    public var assistantSeesIdentifiers: Bool?
    /// At most 7 days from now; a time that has passed ends the grant.
    public var supportUntil: Timestamp?

    public init() {}
    public init(
        workspace: WorkspaceID, onDeletion: DeletionInstruction? = nil, improvesProduct: Bool? = nil, agentsSeeContacts: Bool? = nil,
        assistantSeesIdentifiers: Bool? = nil, supportUntil: Timestamp? = nil
    ) {
        self.workspace = workspace
        self.onDeletion = onDeletion
        self.improvesProduct = improvesProduct
        self.agentsSeeContacts = agentsSeeContacts
        self.assistantSeesIdentifiers = assistantSeesIdentifiers
        self.supportUntil = supportUntil
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("onDeletion", &onDeletion)
        fields.field("improvesProduct", &improvesProduct)
        fields.field("agentsSeeContacts", &agentsSeeContacts)
        fields.field("assistantSeesIdentifiers", &assistantSeesIdentifiers)
        fields.field("supportUntil", &supportUntil)
    }

    public struct Response: Fields, Equatable {
        public var instructions = Instructions()

        public init() {}
        public init(instructions: Instructions) { self.instructions = instructions }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("instructions", &instructions) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated
        /// More than 7 days.
        case grantTooLong
    }
}
