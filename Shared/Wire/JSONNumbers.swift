/// Truth values and numbers of `JSONReader` (RFC 8259 §§3, 6).
extension JSONReader {
    mutating func bool() throws(WireError) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"):
            try literal("true")
            return true
        case UInt8(ascii: "f"):
            try literal("false")
            return false
        default: throw WireError(.shape, "expected true or false")
        }
    }

    /// An integer without fraction or exponent that Int64 holds exactly.
    mutating func int64() throws(WireError) -> Int64 {
        if let value = shortInteger() { return value }
        guard let byte = peek(), byte == UInt8(ascii: "-") || (48...57).contains(byte) else {
            throw WireError(.shape, "expected an integer")
        }
        guard let value = try number() else { throw WireError(.shape, "expected an integer that 64 bits hold") }
        return value
    }

    /// An integer of up to 18 digits right here, inside an object or array, as nearly all are; nil, and nothing consumed, for any other.
    @inline(__always)
    private mutating func shortInteger() -> Int64? {
        var index = position
        guard index < end else { return nil }
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let first = index
        let limit = min(end, first + 18)
        var value: Int64 = 0
        if limit - index >= 8, let eight = UnsafeRawBufferPointer(bytes).eightDigits(at: index) {
            value = eight
            index += 8
        }
        while index < limit, case let digit = bytes[index] &- 48, digit < 10 {
            value = value &* 10 &+ Int64(digit)
            index += 1
        }
        guard index > first, index < end, bytes[first] != 48 || index == first + 1 else { return nil }
        switch bytes[index] {
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"): break
        default: return nil
        }
        position = index
        return isNegative ? -value : value
    }

    /// Passes over a number (RFC 8259 §6); its value where it is an integer within Int64.
    mutating func number() throws(WireError) -> Int64? {
        let start = position
        let isNegative = position < end && bytes[position] == UInt8(ascii: "-")
        if isNegative { position += 1 }
        let digits = position
        var value: Int64 = 0
        var overflows = false
        while position < end, case let digit = bytes[position] &- 48, digit < 10 {
            // Downwards: Int64.min has no positive twin.
            let (shifted, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = shifted.subtractingReportingOverflow(Int64(digit))
            overflows = overflows || first || second
            value = sum
            position += 1
        }
        guard position > digits else { throw .syntax("expected a value") }
        if bytes[digits] == 48 && position > digits + 1 { throw .syntax("a number has a leading zero") }
        let isInteger = try !fractionOrExponent()
        if isInteger && !overflows {
            if isNegative { return value }
            if value != Int64.min { return -value }
        }
        if mode == .strict {
            let double = isInteger ? nil : Double(String(decoding: bytes[start..<position], as: UTF8.self))
            guard let double, double.isFinite else { throw .syntax("a number is out of range") }
        }
        return nil
    }

    private mutating func fractionOrExponent() throws(WireError) -> Bool {
        let start = position
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < end, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return position > start
    }

    private mutating func digits() throws(WireError) {
        let start = position
        while position < end, bytes[position] &- 48 < 10 { position += 1 }
        if position == start { throw .syntax("a number lacks digits") }
    }
}
