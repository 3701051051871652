import TestKit

/// Texts for the oracle: valid JSON of every kind, and ways to damage it.
enum JSONGenerator {
    static func text(_ random: inout SeededGenerator) -> [UInt8] { Array(value(&random, depth: 0).utf8) }

    static func string(_ random: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x20...0x7E, 0x20...0x7E, 0...0x1F, 0x7F...0x7FF, 0x800...0xD7FF, 0xE000...0xFEFE,  // Foundation loses U+FEFF.
            0xFF00...0xFFFD, 0x10000...0x10FFFF
        ]
        var string = ""
        for _ in 0..<random.below(24) {
            if let scalar = Unicode.Scalar(UInt32.random(in: random.oneOf(ranges), using: &random)) { string.unicodeScalars.append(scalar) }
        }
        return string
    }

    /// One to three small changes, as a broken sender or a flipped bit would make them.
    static func damage(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        for _ in 0...random.below(3) where !bytes.isEmpty {
            let index = random.below(bytes.count)
            switch random.below(7) {
            case 0: bytes[index] = UInt8(random.below(256))
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(random.oneOf(Array("{}[]\",:\\0e.-+ \n".utf8)), at: index)
            case 3: bytes.removeSubrange(index...)
            case 4: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + random.below(12))], at: index)
            case 5: bytes[index] ^= 1 << UInt8(random.below(8))
            default: bytes.swapAt(index, random.below(bytes.count))
            }
        }
    }

    private static func value(_ random: inout SeededGenerator, depth: Int) -> String {
        switch random.below(depth < 4 ? 9 : 6) {
        case 0: random.oneOf(["true", "false", "null"])
        case 1: number(&random)
        case 2: "\(Int64.random(in: Int64.min...Int64.max, using: &random) >> Int64(random.below(64)))"
        case 3, 4, 5: quoted(&random)
        case 6: "[" + list(&random) { value(&$0, depth: depth + 1) } + "]"
        default: "{" + list(&random) { quoted(&$0) + space(&$0) + ":" + space(&$0) + value(&$0, depth: depth + 1) } + "}"
        }
    }

    private static func list(_ random: inout SeededGenerator, _ element: (inout SeededGenerator) -> String) -> String {
        let elements = (0..<random.below(5)).map { _ in space(&random) + element(&random) + space(&random) }
        return elements.isEmpty ? space(&random) : elements.joined(separator: ",")
    }

    private static func space(_ random: inout SeededGenerator) -> String { random.oneOf(["", "", "", "", " ", "\n", "\t", "\r\n  "]) }

    private static func number(_ random: inout SeededGenerator) -> String {
        let integer = random.oneOf(["0", "7", "10", "123456789", "9007199254740993"])
        let fraction = random.oneOf(["", ".0", ".5", ".125", ".000001", ".99999999"])
        let exponent = random.oneOf(["", "e0", "E1", "e+10", "e-7", "e20"])
        return random.oneOf(["", "-"]) + integer + fraction + exponent
    }

    /// A string as senders write it: any character may stand escaped.
    private static func quoted(_ random: inout SeededGenerator) -> String {
        var text = "\""
        for unit in string(&random).unicodeScalars {
            let isSpecial = unit.value < 0x20 || unit == "\"" || unit == "\\"
            if isSpecial || random.below(8) == 0 {
                for unit in String(unit).utf16 {
                    let hex = String(unit, radix: 16, uppercase: random.below(2) == 0)
                    text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                }
            } else {
                text.unicodeScalars.append(unit)
            }
        }
        return text + "\""
    }
}
