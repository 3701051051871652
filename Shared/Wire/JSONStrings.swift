import Glibc

/// The strings of `JSONReader`: scanning, escapes, UTF-8 (RFC 8259 §7, RFC 3629).
extension JSONReader {
    struct StringScan {
        /// Between the quotes.
        let range: Range<Int>
        /// No escapes.
        let isPlain: Bool
        let isASCII: Bool
    }

    /// A string value.
    mutating func string() throws(WireError) -> String { text(try scanStringValue()) }

    mutating func scanStringValue() throws(WireError) -> StringScan {
        guard peek() == UInt8(ascii: "\"") else { throw WireError(.shape, "expected a string") }
        position += 1
        return try scanString()
    }

    /// Passes over a string that is spelled like `word`, which has no escapes; false, and nothing consumed, for anything else.
    mutating func passes(_ word: UnsafeRawBufferPointer) -> Bool {
        guard peek() == UInt8(ascii: "\""), end - position >= word.count + 2, bytes[position + 1 + word.count] == UInt8(ascii: "\""),
            memcmp(bytes.baseAddress! + position + 1, word.baseAddress!, word.count) == 0
        else { return false }
        position += word.count + 2
        return true
    }

    /// The text of a string that was scanned.
    func text(_ scan: StringScan) -> String {
        guard scan.isPlain else { return String(decoding: unescaped(scan.range), as: UTF8.self) }
        let text = UnsafeBufferPointer(rebasing: bytes[scan.range])
        // Scanning has checked it; `String(decoding:)` would check once more.
        return String(copying: UTF8Span(unchecked: text.span, isKnownASCII: scan.isASCII))
    }

    /// From behind the opening quote to behind the closing one; everything in between is checked.
    mutating func scanString() throws(WireError) -> StringScan {
        let start = position
        var isPlain = true
        var isASCII = true
        while true {
            let plain = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[position..<end])).escapeFreePrefix()
            position += plain.count
            isASCII = isASCII && plain.isASCII
            guard position < end else { throw .syntax("a string does not end") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let range = start..<position
                if !isASCII { try checkUTF8(range) }
                position += 1
                return StringScan(range: range, isPlain: isPlain, isASCII: isASCII)
            case UInt8(ascii: "\\"):
                isPlain = false
                try checkEscape()
            default: throw .syntax("a control character in a string")
            }
        }
    }

    private func checkUTF8(_ range: Range<Int>) throws(WireError) {
        do { _ = try UTF8Span(validating: UnsafeBufferPointer(rebasing: bytes[range]).span) } catch { throw .syntax("text is not UTF-8") }
    }

    private mutating func checkEscape() throws(WireError) {
        guard position + 1 < end else { throw .syntax("a string does not end") }
        switch bytes[position + 1] {
        case UInt8(ascii: "u"):
            guard let unit = codeUnit(at: position + 2) else { throw .syntax("a bad \\u escape") }
            position += 6
            guard mode == .strict, unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, position + 1 < end, bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u"),
                let low = codeUnit(at: position + 2), low & 0xFC00 == 0xDC00
            else { throw .syntax("a lone surrogate") }
            position += 6
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        default: throw .syntax("an unknown escape")
        }
    }

    private func codeUnit(at index: Int) -> UInt16? {
        guard index + 4 <= end else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[index..<index + 4] {
            switch byte {
            case 48...57: unit = unit << 4 | UInt16(byte - 48)
            case 65...70: unit = unit << 4 | UInt16(byte - 55)
            case 97...102: unit = unit << 4 | UInt16(byte - 87)
            default: return nil
            }
        }
        return unit
    }

    /// The text of a checked string as UTF-8, its escapes resolved.
    func unescaped(_ range: Range<Int>) -> [UInt8] {
        guard let first = bytes[range].firstIndex(of: UInt8(ascii: "\\")) else { return Array(bytes[range]) }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        text.append(contentsOf: bytes[range.lowerBound..<first])
        var index = first
        while index < range.upperBound {
            guard bytes[index] == UInt8(ascii: "\\") else {
                text.append(bytes[index])
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): text.append(0x08)
            case UInt8(ascii: "f"): text.append(0x0C)
            case UInt8(ascii: "n"): text.append(0x0A)
            case UInt8(ascii: "r"): text.append(0x0D)
            case UInt8(ascii: "t"): text.append(0x09)
            case UInt8(ascii: "u"): text.append(contentsOf: scalar(at: &index).utf8)
            default: text.append(escape)
            }
        }
        return text
    }

    /// The scalar of the `\u` escape whose digits start at `index`, with the low half of a pair; U+FFFD for half a pair alone.
    private func scalar(at index: inout Int) -> Character {
        let unit = codeUnit(at: index) ?? 0xFFFD
        index += 4
        if unit & 0xFC00 == 0xD800, index + 6 <= end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u"),
            let low = codeUnit(at: index + 2), low & 0xFC00 == 0xDC00
        {
            index += 6
            let value = 0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF))
            return Character(Unicode.Scalar(value) ?? "\u{FFFD}")
        }
        return Character(Unicode.Scalar(UInt32(unit)) ?? "\u{FFFD}")
    }
}
