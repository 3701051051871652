import Domain
import Policy
import Wire

/// That somebody got personal data: who, which kinds, how much of it, and what for. Never the data itself.
public struct Disclosure: Fields, Equatable {
    public static let subjectLength = 32

    public var recipient = Recipient()
    public var categories: [Category] = []
    /// How many of what was shown: messages, conversations, lines of a context.
    public var items: Int64 = 0
    /// A purpose of the policy, by its name.
    public var purpose = ""
    /// Absent where the data is no workspace's.
    public var workspace: WorkspaceID?
    /// Whom the data is about, as `ErasureDigester.tag` names them: whoever lacks the peppers finds nobody by it. Absent where it is about
    /// several people or nobody, and once the person was erased.
    public var subject: String?
    /// Whom the mesh believed to act; absent where a program asked as itself.
    public var role: Role?
    public var at = Timestamp()

    public init() {}

    public init(
        to recipient: Recipient, _ categories: [Category], items: Int64, for purpose: Purpose, of workspace: WorkspaceID?,
        about subject: String?, role: Role?, at: Timestamp
    ) {
        self.recipient = recipient
        self.categories = categories
        self.items = items
        self.purpose = purpose.rawValue
        self.workspace = workspace
        self.subject = subject
        self.role = role
        self.at = at
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("recipient", &recipient)
        fields.field("categories", &categories, max: Category.allCases.count)
        fields.field("items", &items, 0...Int64.max)
        fields.field("purpose", &purpose, max: 32)
        fields.field("workspace", &workspace)
        fields.field("subject", &subject, min: Disclosure.subjectLength, max: Disclosure.subjectLength, of: .hex)
        fields.field("role", &role)
        fields.field("at", &at)
    }
}

/// Who got something.
public struct Recipient: Fields, Equatable {
    public enum Kind: String, WireWord {
        /// One of Botseller's own people, on a workspace's grant.
        case support
        /// Whoever runs the AI that answers for a workspace.
        case assistant
        /// A company that works for Botseller (`subprocessors.list`).
        case subprocessor
        /// The person whom the data is about.
        case person
        /// The workspace itself, beyond what its members see day by day.
        case customer
        /// Whoever runs the mesh, who took a token of the member named and may act as them until it ends.
        case `operator`
    }

    public var kind = Kind.support
    /// A member's or a program's name in the mesh, or a subprocessor's.
    public var name = ""

    public init() {}
    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("name", &name, min: 1, max: 100)
    }
}
