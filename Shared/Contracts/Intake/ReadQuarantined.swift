import Domain
import Policy
import Wire

/// A piece in quarantine as it came, so that somebody can see what to mend. It is content: of people who are not told apart yet.
public struct ReadQuarantined: Request {
    public static let contract = Contract(
        "quarantine.read", purpose: .complyWithObligation, reads: [.communication], repeats: .harmless, callers: [.operator],
        roles: [.privacyOfficer])
    /// Bytes of one answer; with every escape that JSON may need it fits a frame.
    public static let bytesMax: Int64 = 512 * 1024

    public var id: Int64 = 0
    /// Where to go on: an answer's `next`.
    public var offset: Int64 = 0

    public init() {}
    public init(id: Int64, offset: Int64 = 0) {
        self.id = id
        self.offset = offset
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id, 0...Int64.max)
        fields.field("offset", &offset, 0...Int64.max)
    }

    public struct Response: Fields, Equatable {
        public var entry = ListQuarantine.Entry()
        /// What is no UTF-8 is shown as U+FFFD.
        public var text = ""
        /// Absent at the end.
        public var next: Int64?

        public init() {}
        public init(entry: ListQuarantine.Entry, text: String, next: Int64?) {
            self.entry = entry
            self.text = text
            self.next = next
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("entry", &entry)
            fields.field("text", &text, max: Int(ReadQuarantined.bytesMax))
            fields.field("next", &next, 0...Int64.max)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownPiece
    }
}
