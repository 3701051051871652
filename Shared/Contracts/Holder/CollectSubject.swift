import Domain
import Policy
import Wire

/// Asks a holder which other names and rows belong to a subject. Asked again until no holder adds anything.
public struct CollectSubject: Request {
    public static let contract = Contract(
        "holder.collect", purpose: .complyWithObligation, reads: Subject.categories, repeats: .harmless,
        deadlineMilliseconds: 5000, callers: [.deletionCoordinator])

    public var subject = Subject()

    public init() {}
    public init(subject: Subject) { self.subject = subject }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("subject", &subject) }

    public struct Response: Fields, Equatable {
        /// The subject as asked, with what this holder adds.
        public var subject = Subject()
        /// Rows by table that the subject has here now.
        public var rows: [String: Int64] = [:]

        public init() {}
        public init(subject: Subject, rows: [String: Int64]) {
            self.subject = subject
            self.rows = rows
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("subject", &subject)
            fields.field("rows", &rows)
        }
    }
}
