/// The strings of `JSONReader`: scanning, escapes, UTF-8 (RFC 8259 §7, RFC 3629).
extension JSONReader {
    struct StringScan {
        /// Between the quotes.
        let range: Range<Int>
        /// No escapes.
        let isPlain: Bool
    }

    /// A string value.
    public mutating func string() throws(WireError) -> String {
        guard peek() == UInt8(ascii: "\"") else { throw WireError(.shape, "expected a string") }
        position += 1
        let scan = try scanString()
        if scan.isPlain {
            return bytes.span.extracting(scan.range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
        return String(decoding: unescaped(scan.range), as: UTF8.self)
    }

    /// From behind the opening quote to behind the closing one; everything in between is checked.
    mutating func scanString() throws(WireError) -> StringScan {
        let start = position
        var isPlain = true
        var isASCII = true
        while true {
            let plain = bytes.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[position..<end]).escapeFreePrefix() }
            position += plain.count
            isASCII = isASCII && plain.isASCII
            guard position < end else { throw .syntax("a string does not end") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let range = start..<position
                if !isASCII { try checkUTF8(range) }
                position += 1
                return StringScan(range: range, isPlain: isPlain)
            case UInt8(ascii: "\\"):
                isPlain = false
                try checkEscape()
            default: throw .syntax("a control character in a string")
            }
        }
    }

    private func checkUTF8(_ range: Range<Int>) throws(WireError) {
        do { _ = try UTF8Span(validating: bytes.span.extracting(range)) } catch { throw .syntax("text is not UTF-8") }
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

extension UnsafeRawBufferPointer {
    /// How many bytes at the start need no escape in JSON, and whether they are all ASCII.
    func escapeFreePrefix() -> (count: Int, isASCII: Bool) {
        var index = 0
        var high: UInt64 = 0
        // Most text is longer than a word: 32 bytes at a time, which the compiler does in vectors.
        while index + 32 <= count {
            let words = (word(at: index), word(at: index + 8), word(at: index + 16), word(at: index + 24))
            if marks(words.0) | marks(words.1) | marks(words.2) | marks(words.3) != 0 { break }
            high |= words.0 | words.1 | words.2 | words.3
            index += 32
        }
        while index + 8 <= count {
            let word = word(at: index)
            let marks = marks(word)
            if marks != 0 {
                let plainBits = UInt64(marks.trailingZeroBitCount & ~7)
                high |= word & ((1 << plainBits) &- 1)
                return (index + Int(plainBits >> 3), high & 0x8080_8080_8080_8080 == 0)
            }
            high |= word
            index += 8
        }
        while index < count {
            let byte = self[index]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            high |= UInt64(byte)
            index += 1
        }
        return (index, high & 0x8080_8080_8080_8080 == 0)
    }

    @inline(__always)
    private func word(at index: Int) -> UInt64 { UInt64(littleEndian: loadUnaligned(fromByteOffset: index, as: UInt64.self)) }

    /// The top bit of each byte below 0x20, of each quote and backslash: one of three differences has it set though the byte has not.
    /// A borrow can only mark bytes behind the first such.
    @inline(__always)
    private func marks(_ word: UInt64) -> UInt64 {
        let control = word &- 0x2020_2020_2020_2020
        let quote = (word ^ 0x2222_2222_2222_2222) &- 0x0101_0101_0101_0101
        let backslash = (word ^ 0x5C5C_5C5C_5C5C_5C5C) &- 0x0101_0101_0101_0101
        return (control | quote | backslash) & ~word & 0x8080_8080_8080_8080
    }
}
