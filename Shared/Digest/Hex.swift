/// Bytes as lower-case hexadecimal text. Source: RFC 4648 §8, with lower-case digits.
public enum Hex {
    private static let digits: StaticString = "0123456789abcdef"

    /// Two digits a byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        let digits = digits.utf8Start
        return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[index * 2] = digits[Int(byte >> 4)]
                text[index * 2 + 1] = digits[Int(byte & 0xf)]
            }
            return bytes.count * 2
        }
    }

    /// The bytes, or nil unless `text` is what `encode` writes: an even number of the digits 0–9 and a–f.
    /// Upper case is refused, so that bytes have one spelling.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    /// As for text, from its ASCII bytes.
    public static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(text[index]), let low = value(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
