import Domain
import Policy
import Wire

/// Who got data of one workspace, or of all, the last recorded first.
public struct ListDisclosures: AnyWorkspaceRequest {
    public static let contract = Contract(
        "disclosures.list", purpose: .complyWithObligation, reads: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer, .auditor])
    public static let countMax: Int64 = 200

    public var workspace: WorkspaceID?
    public var limit: Int64 = 0
    /// Only those recorded earlier.
    public var before: DisclosureID?

    public init() {}
    public init(workspace: WorkspaceID? = nil, limit: Int64, before: DisclosureID? = nil) {
        self.workspace = workspace
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("limit", &limit, 1...ListDisclosures.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var disclosures: [Entry] = []

        public init() {}
        public init(disclosures: [Entry]) { self.disclosures = disclosures }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("disclosures", &disclosures, max: Int(ListDisclosures.countMax))
        }
    }

    public struct Entry: Fields, Equatable {
        public var id = DisclosureID()
        public var disclosure = Disclosure()

        public init() {}
        public init(id: DisclosureID, _ disclosure: Disclosure) {
            self.id = id
            self.disclosure = disclosure
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("id", &id)
            fields.field("disclosure", &disclosure)
        }
    }
}
