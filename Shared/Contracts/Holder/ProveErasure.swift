import Domain
import Policy
import Wire

/// Asks a holder to show that it knows a subject no more: in its tables, and on demand byte by byte in its files.
public struct ProveErasure: Request {
    public static let contract = Contract(
        "holder.prove", purpose: .complyWithObligation, reads: Subject.categories, repeats: .harmless,
        deadlineMilliseconds: 60_000, callers: [.deletionCoordinator, .operator], roles: [.privacyOfficer])

    public var subject = Subject()
    public var scope: String? { subject.workspace.rawValue }
    /// Whether to scan the files too.
    public var scan = false

    public init() {}
    public init(subject: Subject, scan: Bool) {
        self.subject = subject
        self.scan = scan
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("subject", &subject)
        fields.field("scan", &scan)
    }

    public struct Response: Fields, Equatable {
        public var holder = ""
        /// Rows by table that the subject still has: all zero, or the proof failed.
        public var rows: [String: Int64] = [:]
        public var scan: ScanResult?

        public init() {}
        public init(holder: String, rows: [String: Int64], scan: ScanResult? = nil) {
            self.holder = holder
            self.rows = rows
            self.scan = scan
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("holder", &holder, max: 32)
            fields.field("rows", &rows)
            fields.field("scan", &scan)
        }
    }
}

/// What a byte scan of a holder's files found of a subject's names.
public struct ScanResult: Fields, Equatable {
    /// How many names were looked for: those of fewer than 6 bytes stand in other words by chance and are left out.
    public var names: Int64 = 0
    public var files: Int64 = 0
    public var bytes: Int64 = 0
    /// Hits in erased rows, free pages and the write-ahead log: must be 0.
    public var residue: Int64 = 0
    /// Hits in rows that still stand, by table: another person's message may quote a phone.
    public var live: [String: Int64] = [:]
    /// Hits in logs and other files: must be 0.
    public var other: Int64 = 0

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("names", &names, 0...Int64.max)
        fields.field("files", &files, 0...Int64.max)
        fields.field("bytes", &bytes, 0...Int64.max)
        fields.field("residue", &residue, 0...Int64.max)
        fields.field("live", &live)
        fields.field("other", &other, 0...Int64.max)
    }
}
