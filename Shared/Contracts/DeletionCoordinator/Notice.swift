import Domain
import Wire

/// That whoever asked for a deletion was written to; never where, nor what the letter says.
public struct Notice: Fields, Equatable {
    /// Several may have asked for one deletion, each with an address.
    public static let countMax = 300

    public enum Kind: String, WireWord, CaseIterable {
        /// That the request has come, and what is waited for.
        case acknowledgement
        /// That it takes longer, and why.
        case `extension`
        /// What became of it.
        case answer
    }

    public var kind = Kind.acknowledgement
    /// Into the spool.
    public var writtenAt = Timestamp()
    /// When the mailer was seen to have taken it; what it did with it, it alone knows. Absent while it lies there, and where it expired.
    public var sentAt: Timestamp?

    public init() {}
    public init(kind: Kind, writtenAt: Timestamp, sentAt: Timestamp?) {
        self.kind = kind
        self.writtenAt = writtenAt
        self.sentAt = sentAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("writtenAt", &writtenAt)
        fields.field("sentAt", &sentAt)
    }
}
