/// Writes JSON straight into bytes: no white space, members in the order given, only what RFC 8259 §7 demands is escaped.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init(reserving capacity: Int = 256) { if capacity > 0 { bytes.reserveCapacity(capacity) } }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// A member's name that needs no escapes, as all of ours.
    public mutating func name(_ name: StaticString) {
        let text = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        appendQuoted(text, colon: true)
        needsComma = false
    }

    public mutating func name(_ name: String) {
        string(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) {
        var value = value
        value.withUTF8 { text in
            let text = UnsafeRawBufferPointer(text)
            if text.escapeFreePrefix().count == text.count { appendQuoted(text, colon: false) } else { escape(text) }
        }
        needsComma = true
    }

    public mutating func int(_ value: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { digits in  // A comma, a sign and 19 digits.
            var start = digits.count
            func put(_ byte: UInt8) {
                start -= 1
                digits.initializeElement(at: start, to: byte)
            }
            var rest = value.magnitude
            repeat {
                put(48 + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            } while rest > 0
            if value < 0 { put(UInt8(ascii: "-")) }
            if needsComma { put(UInt8(ascii: ",")) }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
        needsComma = true
    }

    public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
    public mutating func null() { word("null") }

    /// A whole value that is JSON already.
    public mutating func raw(_ json: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Bytes that stand before the first value: a frame's length.
    @usableFromInline
    mutating func prefix(_ prefix: [UInt8]) { bytes.append(contentsOf: prefix) }

    /// Fills in the frame's length, once it is known.
    @usableFromInline
    mutating func patchLength(_ length: UInt32) {
        withUnsafeBytes(of: length.bigEndian) { for (index, byte) in $0.enumerated() { bytes[index] = byte } }
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func word(_ word: StaticString) {
        raw(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
    }

    /// Text without escapes in one go: asking for room once is what makes members cheap.
    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer, colon: Bool) {
        let comma = needsComma
        bytes.append(addingCapacity: text.count + 4) { span in
            span.withUnsafeMutableBufferPointer { room, count in
                var target = UnsafeMutableRawPointer(room.baseAddress!)
                func put(_ byte: UInt8) {
                    target.storeBytes(of: byte, as: UInt8.self)
                    target += 1
                }
                if comma { put(UInt8(ascii: ",")) }
                put(UInt8(ascii: "\""))
                if let start = text.baseAddress { target.copyMemory(from: start, byteCount: text.count) }
                target += text.count
                put(UInt8(ascii: "\""))
                if colon { put(UInt8(ascii: ":")) }
                count = target - UnsafeMutableRawPointer(room.baseAddress!)
            }
        }
    }

    private mutating func escape(_ text: UnsafeRawBufferPointer) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var rest = text
        while true {
            let plain = rest.escapeFreePrefix().count
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<plain]))
            guard plain < rest.count else { break }
            appendEscape(of: rest[plain])
            rest = UnsafeRawBufferPointer(rebasing: rest[(plain + 1)...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
        }
    }
}
