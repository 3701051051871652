import Domain
import Policy
import Wire

/// Marks a form as done. It stays for as long as its kind is kept.
public struct CloseForm: Request {
    public static let contract = Contract(
        "forms.close", purpose: .respondToRequest, writes: [.support], repeats: .harmless, callers: [.operator, .gateway], roles: [.support]
    )

    public var form = FormID()

    public init() {}
    public init(form: FormID) { self.form = form }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("form", &form) }

    public struct Response: Fields, Equatable {
        /// When it was closed first.
        public var closedAt = Timestamp()

        public init() {}
        public init(closedAt: Timestamp) { self.closedAt = closedAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("closedAt", &closedAt) }
    }

    public enum Refusal: String, RefusalReason { case unknownForm, consentWithdrawn }
}
