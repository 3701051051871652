import Domain
import Policy
import Wire

/// How long which data is kept, and the runs that deleted what had been kept long enough, the newest first.
public struct ReadRetention: AnyWorkspaceRequest {
    public static let contract = Contract(
        "retention.read", purpose: .complyWithObligation, reads: [.workspaceConfiguration, .security], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .privacyOfficer, .auditor])
    public static let countMax: Int64 = 50

    /// As it stands for this workspace, and what runs did to its data alone.
    public var workspace: WorkspaceID?
    public var limit: Int64 = 0
    /// Only older ones.
    public var before: RetentionRunID?

    public init() {}
    public init(workspace: WorkspaceID? = nil, limit: Int64, before: RetentionRunID? = nil) {
        self.workspace = workspace
        self.limit = limit
        self.before = before
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("limit", &limit, 1...ReadRetention.countMax)
        fields.field("before", &before)
    }

    public struct Response: Fields, Equatable {
        public var rules: [RetentionRule] = []
        public var runs: [RetentionRun] = []

        public init() {}
        public init(rules: [RetentionRule], runs: [RetentionRun]) {
            self.rules = rules
            self.runs = runs
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("rules", &rules, max: Retention.allCases.count)
            fields.field("runs", &runs, max: Int(ReadRetention.countMax))
        }
    }
}

/// One run: when, and what it did.
public struct RetentionRun: Fields, Equatable {
    public static let resultsMax = 1000

    /// Absent of a dry run, which leaves no record.
    public var id: RetentionRunID?
    public var startedAt = Timestamp()
    /// Absent while it is under way, and where it was cut off: the next run goes on with what it left.
    public var endedAt: Timestamp?
    /// It came by the clock, and nobody asked for it.
    public var isScheduled = false
    /// What went, was kept, or is open yet; the first thousand.
    public var results: [RetentionResult] = []

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("startedAt", &startedAt)
        fields.field("endedAt", &endedAt)
        fields.field("isScheduled", &isScheduled)
        fields.field("results", &results, max: RetentionRun.resultsMax)
    }
}

/// What one rule did in one holder. Where nothing was due there is none.
public struct RetentionResult: Fields, Equatable {
    public var rule = Retention.messengerData
    /// Absent: of all that have no length of their own.
    public var workspace: WorkspaceID?
    public var holder = ""
    /// Rows by table that went, or in a dry run would go.
    public var rows: [String: Int64] = [:]
    /// Rows by table that were due and stay, for a hold.
    public var kept: [String: Int64] = [:]
    /// The holder didn't answer; the next run asks again.
    public var isOpen: Bool?

    public init() {}
    public init(rule: Retention, workspace: WorkspaceID?, holder: String) {
        self.rule = rule
        self.workspace = workspace
        self.holder = holder
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("rule", &rule)
        fields.field("workspace", &workspace)
        fields.field("holder", &holder, max: 32)
        fields.field("rows", &rows)
        fields.field("kept", &kept)
        fields.field("isOpen", &isOpen)
    }
}
