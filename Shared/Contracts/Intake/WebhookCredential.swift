import Wire

/// What a provider presents with each delivery to a channel's own door. No method gives it back, and no file keeps it in clear.
public struct WebhookCredential: Fields, Equatable {
    public enum Scheme: String, WireWord {
        /// `Authorization: Bearer <secret>`.
        case bearer
        /// `Authorization: Basic …` of `name` and the secret (RFC 7617).
        case basic
        /// A header called `name` with the secret as its value.
        case header
    }

    public static let secretLengthMin = 16
    public static let secretLengthMax = 256

    public var scheme = Scheme.bearer
    public var name: String?
    public var secret = ""

    public init() {}
    public init(_ scheme: Scheme, name: String? = nil, secret: String) {
        self.scheme = scheme
        self.name = name
        self.secret = secret
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("scheme", &scheme)
        fields.field("name", &name, min: 1, max: 64)
        fields.field("secret", &secret, max: WebhookCredential.secretLengthMax)
    }
}
