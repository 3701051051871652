import Domain
import Policy
import Wire

/// One form with everything that the person wrote.
public struct ReadForm: Request {
    public static let contract = Contract(
        "forms.read", purpose: .respondToRequest, reads: [.contact, .company, .support], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.support, .privacyOfficer])

    public var form = FormID()

    public init() {}
    public init(form: FormID) { self.form = form }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("form", &form) }

    public struct Response: Fields, Equatable {
        public var form = Form()
        public var entry = FormEntry()

        public init() {}
        public init(form: Form, entry: FormEntry) {
            self.form = form
            self.entry = entry
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("form", &form)
            fields.field("entry", &entry)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownForm
        /// What it rested on was taken back; it will be gone within a day.
        case consentWithdrawn
    }
}
