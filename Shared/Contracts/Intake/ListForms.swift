import Domain
import Policy
import Wire

/// Which forms wait, and which are done; without what they say or who wrote them.
public struct ListForms: Request {
    public static let contract = Contract(
        "forms.list", purpose: .respondToRequest, reads: [.support], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.support, .privacyOfficer])
    public static let countMax = 200

    /// Forms with a higher number follow; 0 for the first.
    public var after = FormID()
    public var kind: Form.Kind?
    public var state: Form.State?

    public init() {}
    public init(after: FormID = FormID(), kind: Form.Kind? = nil, state: Form.State? = nil) {
        self.after = after
        self.kind = kind
        self.state = state
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("after", &after)
        fields.field("kind", &kind)
        fields.field("state", &state)
    }

    public struct Response: Fields, Equatable {
        public var forms: [Form] = []

        public init() {}
        public init(forms: [Form]) { self.forms = forms }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("forms", &forms, max: ListForms.countMax) }
    }
}
