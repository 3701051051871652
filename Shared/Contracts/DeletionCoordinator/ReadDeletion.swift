import Domain
import HolderContracts
import Policy
import Wire

/// Where a deletion stands, with what every holder did and proved.
public struct ReadDeletion: AnyWorkspaceRequest {
    public static let contract = Contract(
        "deletions.read", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer, .operator])

    /// Only where it is of this workspace.
    public var workspace: WorkspaceID?
    public var deletion = DeletionID()

    public init() {}
    public init(workspace: WorkspaceID? = nil, deletion: DeletionID) {
        self.workspace = workspace
        self.deletion = deletion
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("deletion", &deletion)
    }

    public struct Response: Fields, Equatable {
        public var deletion = Deletion()
        /// One a holder, in the order in which they erase; none of a deletion that was refused or cancelled.
        public var legs: [DeletionLeg] = []
        public var receipts: [ErasureReceipt] = []
        public var proofs: [ProveErasure.Response] = []
        /// What whoever asked was written, where they left an address.
        public var notices: [Notice] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("deletion", &deletion)
            fields.field("legs", &legs, max: 16)
            fields.field("receipts", &receipts, max: 16)
            fields.field("proofs", &proofs, max: 16)
            fields.field("notices", &notices, max: Notice.countMax)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownDeletion
    }
}
