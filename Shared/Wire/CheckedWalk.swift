import Glibc

/// Walks through the members or elements of JSON that `JSONReader` has checked, so it only looks for quotes, brackets and commas.
struct CheckedWalk {
    /// Where a member's name lies, between its quotes, and its value.
    struct Member: Sendable {
        let name, value: Range<Int>
    }

    private let bytes: [UInt8]
    private var position: Int

    /// nil unless the value in `range` begins with the bracket `opening`.
    init?(_ bytes: [UInt8], _ range: Range<Int>, through opening: UInt8) {
        guard bytes[range.lowerBound] == opening else { return nil }
        self.bytes = bytes
        position = range.lowerBound + 1
    }

    /// The next member; nil at the end.
    mutating func nextMember() -> Member? {
        guard let name = nextElement() else { return nil }
        skipSpace(and: UInt8(ascii: ":"))
        return Member(name: name.lowerBound + 1..<name.upperBound - 1, value: value())
    }

    /// Where the next element lies; nil at the end.
    mutating func nextElement() -> Range<Int>? {
        skipSpace(and: UInt8(ascii: ","))
        if bytes[position] == UInt8(ascii: "}") || bytes[position] == UInt8(ascii: "]") { return nil }
        return value()
    }

    /// Whether a name reads so. An escape is longer than what it stands for: of names as long as the text only the same bytes are it.
    static func matches(_ bytes: [UInt8], _ name: Range<Int>, _ text: String) -> Bool {
        var text = text
        return text.withUTF8 { text in
            if name.count < text.count { return false }
            if name.count == text.count {
                return bytes.withUnsafeBytes { bytes in
                    // Only what is empty has no address.
                    guard let one = bytes.baseAddress, let other = text.baseAddress else { return true }
                    return memcmp(one + name.lowerBound, other, text.count) == 0
                }
            }
            return bytes[name].contains(UInt8(ascii: "\\")) && unescaped(bytes, name).elementsEqual(text)
        }
    }

    static func text(_ bytes: [UInt8], _ name: Range<Int>) -> String { String(decoding: unescaped(bytes, name), as: UTF8.self) }

    private static func unescaped(_ bytes: [UInt8], _ name: Range<Int>) -> [UInt8] {
        bytes.withUnsafeBufferPointer { JSONReader($0, mode: .webhook).unescaped(name) }
    }

    private mutating func skipSpace(and separator: UInt8) {
        while bytes[position] <= 0x20 || bytes[position] == separator { position += 1 }
    }

    private mutating func value() -> Range<Int> {
        let start = position
        var depth = 0
        repeat {
            switch bytes[position] {
            case UInt8(ascii: "\""): skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"), 0...0x20: position += 1
            default: skipScalar()
            }
        } while depth > 0
        return start..<position
    }

    private mutating func skipString() {
        position += 1
        while true {
            position += bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[position...]).escapeFreePrefix().count }
            if bytes[position] == UInt8(ascii: "\"") { break }
            position += 2  // A backslash and what it escapes.
        }
        position += 1
    }

    /// A number or a literal: up to what may follow a value. Inside a bracket something always follows.
    private mutating func skipScalar() {
        while !CheckedWalk.endsScalar(bytes[position]) { position += 1 }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
    }
}
