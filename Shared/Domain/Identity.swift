import Wire

/// A messenger that channels connect to.
public enum Platform: String, WireWord, Hashable {
    case instagram, whatsapp
}

/// One name by which a platform knows a person.
public struct Alias: Fields, Hashable, Comparable {
    public enum Kind: String, WireWord, Hashable, Comparable {
        /// Instagram-scoped user id: the same person has another one for another business.
        case igsid
        /// WhatsApp's business-scoped user id; may come without a phone.
        case bsuid
        /// Digits only, country code first.
        case phone
        /// May pass to somebody else: it finds a person, but never keeps one out.
        case username

        public static func < (one: Kind, other: Kind) -> Bool { one.rawValue < other.rawValue }
    }

    public var platform = Platform.instagram
    public var kind = Kind.igsid
    public var value = ""

    public init() {}

    public init(_ platform: Platform, _ kind: Kind, _ value: String) {
        self.platform = platform
        self.kind = kind
        self.value = value
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("platform", &platform)
        fields.field("kind", &kind)
        fields.field("value", &value, max: 160)
    }

    public static func < (one: Alias, other: Alias) -> Bool {
        (one.platform.rawValue, one.kind, one.value) < (other.platform.rawValue, other.kind, other.value)
    }
}

/// An account of a platform that a channel connects: an Instagram professional account's id, or a WhatsApp phone number's id.
public struct Account: Fields, Hashable, Comparable {
    public var platform = Platform.instagram
    public var id = ""

    public init() {}

    public init(_ platform: Platform, _ id: String) {
        self.platform = platform
        self.id = id
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("platform", &platform)
        fields.field("id", &id, max: 64)
    }

    public static func < (one: Account, other: Account) -> Bool {
        (one.platform.rawValue, one.id) < (other.platform.rawValue, other.id)
    }
}
