/// The encodings in which a needle could stand in a file.
enum NeedleForms {
    static func all(of needle: [UInt8]) -> Set<[UInt8]> {
        var forms: Set<[UInt8]> = [needle]
        for uppercase in [false, true] { forms.insert(percent(needle, uppercase: uppercase)) }
        if let text = String(validating: needle, as: UTF8.self) {
            forms.insert(Array(text.lowercased().utf8))
            for uppercase in [false, true] {
                for slashes in [false, true] {
                    for ascii in [false, true] { forms.insert(json(text, ascii: ascii, slashes: slashes, uppercase: uppercase)) }
                }
            }
        }
        for alphabet in [base64, base64url] {
            for alignment in 0..<3 { forms.insert(encode(needle, alignment: alignment, alphabet)) }
        }
        if let digits = digitsOfPhone(needle) {
            forms.insert(digits)
            if let integer = storedInteger(digits) { forms.insert(integer) }
        }
        return forms.filter { $0.count >= Needles.lengthMin }
    }

    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let base64url = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// The characters that depend on the needle alone when it begins `alignment` bytes into a group of three.
    private static func encode(_ needle: [UInt8], alignment: Int, _ alphabet: [UInt8]) -> [UInt8] {
        let bits = [UInt8](repeating: 0, count: alignment) + needle
        var characters: [UInt8] = []
        // The first character whose six bits are all the needle's, up to the last one.
        let start = (alignment * 8 + 5) / 6
        let end = bits.count * 8 / 6
        for character in start..<max(start, end) {
            let bit = character * 6
            let high = UInt16(bits[bit / 8]) << 8
            let low = bit / 8 + 1 < bits.count ? UInt16(bits[bit / 8 + 1]) : 0
            characters.append(alphabet[Int((high | low) >> (10 - UInt16(bit % 8)) & 0x3f)])
        }
        return characters
    }

    private static func percent(_ needle: [UInt8], uppercase: Bool) -> [UInt8] {
        needle.flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                return [byte]
            default: return [UInt8(ascii: "%")] + hex(UInt16(byte), digits: 2, uppercase: uppercase)
            }
        }
    }

    private static func json(_ text: String, ascii: Bool, slashes: Bool, uppercase: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        for unit in text.unicodeScalars {
            switch unit {
            case "\"", "\\": bytes += [UInt8(ascii: "\\"), UInt8(ascii: unit)]
            case "/" where slashes: bytes += Array("\\/".utf8)
            case "\n": bytes += Array("\\n".utf8)
            case "\r": bytes += Array("\\r".utf8)
            case "\t": bytes += Array("\\t".utf8)
            case _ where unit.value < 0x20 || ascii && unit.value > 0x7e:
                for half in String(unit).utf16 { bytes += Array("\\u".utf8) + hex(half, digits: 4, uppercase: uppercase) }
            default: bytes += Array(String(unit).utf8)
            }
        }
        return bytes
    }

    private static func hex(_ value: UInt16, digits: Int, uppercase: Bool) -> [UInt8] {
        let text = String(value, radix: 16, uppercase: uppercase)
        return Array(String(repeating: "0", count: digits - text.utf8.count).utf8) + Array(text.utf8)
    }

    /// Seven to fifteen digits (E.164) with the usual signs between them; nil for anything else.
    private static func digitsOfPhone(_ needle: [UInt8]) -> [UInt8]? {
        let signs = Set("+-(). ".utf8)
        let digits = needle.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard (7...15).contains(digits.count), needle.allSatisfy({ digits.contains($0) || signs.contains($0) }) else { return nil }
        return digits
    }

    /// A number above 2³¹ as SQLite stores an INTEGER: six or eight bytes, big-endian. Source: sqlite.org/fileformat2.html section 2.1.
    private static func storedInteger(_ digits: [UInt8]) -> [UInt8]? {
        let value = digits.reduce(0) { $0 * 10 + UInt64($1 - UInt8(ascii: "0")) }
        guard value >= 1 << 31 else { return nil }
        let width = value < 1 << 47 ? 6 : 8
        return (0..<width).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }
}
