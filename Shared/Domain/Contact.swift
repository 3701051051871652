import Wire

/// A name by which somebody can be reached outside of any channel: what people leave in a form.
public struct Contact: Fields, Hashable, Comparable {
    public enum Kind: String, WireWord, Hashable, Comparable {
        /// As it was typed, with its domain in lower case.
        case email
        /// Digits only, country code first.
        case phone

        public static func < (one: Kind, other: Kind) -> Bool { one.rawValue < other.rawValue }
    }

    /// Source: RFC 5321 §4.5.3.1.3, less the two brackets of a path.
    public static let emailLengthMax = 254
    /// As typed, with blanks and signs.
    public static let phoneLengthMax = 32

    public private(set) var kind = Kind.email
    public private(set) var value = ""

    public init() {}

    /// nil for what is no address that mail could reach: the rule of browsers (WHATWG HTML, "valid email address") with a domain of two
    /// or more labels.
    public init?(email typed: String) {
        let parts = typed.split(separator: "@", omittingEmptySubsequences: false)
        guard typed.utf8.count <= Contact.emailLengthMax, parts.count == 2, Contact.isLocalPart(parts[0]), Contact.isDomain(parts[1]) else {
            return nil
        }
        kind = .email
        value = "\(parts[0])@\(parts[1].lowercased())"
    }

    /// nil without a country code (`+` or `00`): the digits alone would be another phone in each country. nil also with the `(0)` of calls
    /// within a country, which is no part of the number and would make two of one. Sources: ITU-T E.164, E.123.
    public init?(phone typed: String) {
        let signs: Set<Character> = [" ", "-", ".", "/", "(", ")"]
        guard typed.utf8.count <= Contact.phoneLengthMax, !typed.contains("(0)") else { return nil }
        var digits = typed.filter { !signs.contains($0) }[...]
        if digits.first == "+" {
            digits = digits.dropFirst()
        } else if digits.hasPrefix("00") {
            digits = digits.dropFirst(2)
        } else {
            return nil
        }
        guard 7...15 ~= digits.utf8.count, digits.first != "0", digits.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        kind = .phone
        value = String(digits)
    }

    /// How the same contact is known however it was spelled: nobody has two mailboxes that differ in capitals, though RFC 5321 §2.4
    /// allows it, and a telephone's keyboard begins with one unasked.
    public var folded: String { value.lowercased() }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("value", &value, max: Contact.emailLengthMax)
    }

    public static func < (one: Contact, other: Contact) -> Bool { (one.kind, one.value) < (other.kind, other.value) }

    private static func isLocalPart(_ text: Substring) -> Bool {
        let signs = Set(".!#$%&'*+/=?^_`{|}~-".utf8)
        return 1...64 ~= text.utf8.count && text.utf8.allSatisfy { isAlphanumeric($0) || signs.contains($0) }
    }

    private static func isDomain(_ text: Substring) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return labels.count >= 2
            && labels.allSatisfy { label in
                1...63 ~= label.utf8.count && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
