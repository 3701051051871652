/// The ASCII characters that a text may consist of: checked by the reader, printed as `pattern` in the JSON Schema.
public enum Alphabet: Sendable {
    /// Letters, digits and `._:-`: keys and identifiers that we chose ourselves, safe in a path, a log and a URL.
    case name
    /// Digits in base 16, lower case only, so that one value has one spelling.
    case hex

    public func allows(_ text: String) -> Bool { text.utf8.allSatisfy(allows) }

    /// As a bracket expression of a regular expression.
    var brackets: String {
        switch self {
        case .name: "[A-Za-z0-9._:-]"
        case .hex: "[0-9a-f]"
        }
    }

    private func allows(_ byte: UInt8) -> Bool {
        switch (self, byte) {
        case (.name, UInt8(ascii: "A")...UInt8(ascii: "Z")), (.name, UInt8(ascii: "a")...UInt8(ascii: "z")): true
        case (.name, UInt8(ascii: ".")), (.name, UInt8(ascii: "_")), (.name, UInt8(ascii: ":")), (.name, UInt8(ascii: "-")): true
        case (.hex, UInt8(ascii: "a")...UInt8(ascii: "f")): true
        case (.name, UInt8(ascii: "0")...UInt8(ascii: "9")), (.hex, UInt8(ascii: "0")...UInt8(ascii: "9")): true
        default: false
        }
    }
}
