import Policy
import Wire

/// The data map of a service: what each column holds, for what, on which basis, for how long, and what an erasure does to it.
public struct DescribeHolder: Request {
    public static let contract = Contract(
        "holder.describe", purpose: .complyWithObligation, repeats: .harmless, callers: [.deletionCoordinator, .operator],
        roles: [.privacyOfficer, .auditor, .operator])

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        public var holder = ""
        public var columns: [Column] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("holder", &holder, max: 32)
            fields.field("columns", &columns, max: 1024)
        }
    }

    /// A `ColumnNote` as it goes over the wire. Members that are absent: the column holds no personal data.
    public struct Column: Fields, Equatable {
        public var table = ""
        public var column = ""
        public var category: String?
        public var purposes: [String] = []
        public var basis: String?
        /// Each row follows one of them.
        public var retentions: [String] = []
        public var subject: String?
        public var erasure = ""

        public init() {}

        public init(_ note: ColumnNote) {
            table = note.table
            column = note.column
            category = note.category?.rawValue
            purposes = note.purposes.map(\.rawValue)
            basis = note.basis?.rawValue
            retentions = note.retentions.map(\.rawValue)
            subject = note.subject
            erasure = note.erasure.rawValue
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("table", &table, max: 64)
            fields.field("column", &column, max: 64)
            fields.field("category", &category, max: 32)
            fields.field("purposes", &purposes, max: 16)
            fields.field("basis", &basis, max: 32)
            fields.field("retentions", &retentions, max: 4)
            fields.field("subject", &subject, max: 128)
            fields.field("erasure", &erasure, max: 32)
        }
    }
}
