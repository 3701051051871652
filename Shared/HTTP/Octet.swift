/// Classes of bytes that the grammars of RFC 9110, 9112 and 3986 speak of.
enum Octet {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")

    /// C0 controls and DEL, tab included.
    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func isAlphanumeric(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 26 }

    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    /// tchar (RFC 9110 §5.6.2).
    static func isToken(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || contains(tokenMarks, byte) }

    /// pchar or "/" (RFC 3986 §3.3), "%" included: the escape itself is checked when it is decoded.
    static func isPath(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || contains(pathMarks, byte) }

    /// Visible ASCII that a browser leaves as it is in a query: more than RFC 3986 §3.4, see the WHATWG URL Standard, "query state".
    static func isQuery(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f && !contains(queryExclusions, byte) }

    /// host [ ":" port ] (RFC 9110 §7.2): registered names, IPv4, IPv6 in brackets.
    static func isHost(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || contains(hostMarks, byte) }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte & 0x0f }
        let letter = (byte | 0x20) &- 0x61
        return letter < 6 ? letter + 10 : nil
    }

    /// Sets of ASCII marks as two words of bits.
    private typealias Marks = (low: UInt64, high: UInt64)

    private static let tokenMarks = marks("!#$%&'*+-.^_`|~")
    private static let pathMarks = marks("-._~!$&'()*+,;=:@/%")
    private static let queryExclusions = marks("\"<>#")
    private static let hostMarks = marks("-._~[]:")

    private static func marks(_ characters: StaticString) -> Marks {
        var marks: Marks = (0, 0)
        for index in 0..<characters.utf8CodeUnitCount {
            let byte = characters.utf8Start[index]
            if byte < 64 { marks.low |= 1 << byte } else { marks.high |= 1 << (byte - 64) }
        }
        return marks
    }

    private static func contains(_ marks: Marks, _ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? marks.low >> byte : marks.high >> (byte - 64)) & 1 == 1
    }
}
