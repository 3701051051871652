import Domain
import Policy
import Wire

/// Has a holder delete what one rule says has been kept long enough, and wait until no byte of it is left in the file; or count it.
public struct ExpireData: Request {
    public static let contract = Contract(
        "holder.expire", purpose: .complyWithObligation, writes: Category.allCases, repeats: .harmless, deadlineMilliseconds: 30_000,
        callers: [.deletionCoordinator])
    public static let workspacesMax = 10_000

    public var rule = Retention.messengerData
    /// What was recorded, closed or ended by then is due: the present less the rule's length.
    public var until = Timestamp()
    /// Of this workspace alone; absent: of all, and of what belongs to none.
    public var workspace: WorkspaceID?
    /// Those of all that have a length of their own.
    public var except: [WorkspaceID] = []
    /// People whom a legal hold keeps, each in their workspace.
    public var held: [Subject] = []
    /// A hold keeps all that is due: it is only counted.
    public var isHeld: Bool?
    /// Nothing is changed: what would go is counted.
    public var isDryRun: Bool?

    public init() {}

    public init(rule: Retention, until: Timestamp, workspace: WorkspaceID? = nil) {
        self.rule = rule
        self.until = until
        self.workspace = workspace
    }

    /// When the rule's length was over for what was recorded at `until`: the moment for which a row's own time of expiry is compared.
    public var at: Timestamp { until.adding(milliseconds: rule.length.milliseconds) }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("rule", &rule)
        fields.field("until", &until)
        fields.field("workspace", &workspace)
        fields.field("except", &except, max: ExpireData.workspacesMax)
        fields.field("held", &held, max: Subject.listMax)
        fields.field("isHeld", &isHeld)
        fields.field("isDryRun", &isDryRun)
    }

    public struct Response: Fields, Equatable {
        public var holder = ""
        /// Rows by table that went, or in a dry run would go.
        public var rows: [String: Int64] = [:]
        /// Rows by table that are due and stay, for a hold.
        public var kept: [String: Int64] = [:]
        /// There is more than one answer's time was enough for: ask again.
        public var isPartial: Bool?

        public init() {}
        public init(holder: String, rows: [String: Int64] = [:], kept: [String: Int64] = [:], isPartial: Bool = false) {
            self.holder = holder
            self.rows = rows
            self.kept = kept
            self.isPartial = isPartial ? true : nil
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("holder", &holder, max: 32)
            fields.field("rows", &rows)
            fields.field("kept", &kept)
            fields.field("isPartial", &isPartial)
        }
    }
}
