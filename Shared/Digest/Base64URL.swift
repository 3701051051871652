/// Bytes as URL-safe text without padding. Source: RFC 4648 §5, §3.2 (no padding), §3.5 (trailing bits).
public enum Base64URL {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// Four characters for three bytes; one byte left over gives two characters, two give three.
    public static func encode(_ bytes: [UInt8]) -> String {
        let alphabet = alphabet.utf8Start
        let length = (bytes.count * 8 + 5) / 6
        return String(unsafeUninitializedCapacity: length) { text in
            var bits: UInt32 = 0
            var bitCount: UInt32 = 0
            var written = 0
            func write(_ sextet: UInt32) {
                text[written] = alphabet[Int(sextet & 0x3f)]
                written += 1
            }
            for byte in bytes {
                bits = bits &<< 8 | UInt32(byte)
                bitCount += 8
                while bitCount >= 6 {
                    bitCount -= 6
                    write(bits &>> bitCount)
                }
            }
            if bitCount > 0 { write(bits &<< (6 - bitCount)) }
            return written
        }
    }

    /// The bytes, or nil unless `text` is exactly what `encode` writes.
    ///
    /// Refused: padding, white space, the `+` and `/` of the other alphabet, a length that no bytes have, and trailing bits that
    /// aren't zero. So bytes have one spelling, and a token that was compared or stored as text can't come back as another text.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// As for text, from its ASCII bytes.
    public static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var bits: UInt32 = 0
        var bitCount: UInt32 = 0
        for character in text {
            guard let sextet = value(character) else { return nil }
            bits = bits &<< 6 | sextet
            bitCount += 6
            if bitCount >= 8 {
                bitCount -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits &>> bitCount))
            }
        }
        let trailing = bits & (1 &<< bitCount &- 1)
        return trailing == 0 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
