import Glibc

/// What a driver needs to know of a reply without reading it: whose it is, and whether it is a fault.
extension ReplyEnvelope {
    fileprivate static var idStart: StaticString { #"{"id":"# }
    private static var faultStart: StaticString { #","fault":{"code":""# }

    /// The id of the reply in `range`: nil where it is null. Canonical replies are not read twice for it; others are read whole.
    public static func id(of bytes: [UInt8], _ range: Range<Int>) throws(WireError) -> Int64? {
        if let (id, _) = canonicalID(bytes, range) { return id }
        return try FieldVisitor.read(ReplyEnvelope.self, from: bytes, range, refusesUnknown: true).id
    }

    /// As above, of a reply in our own spelling alone: nil for any other.
    public static func canonicalID(of bytes: [UInt8], _ range: Range<Int>) -> Int64? { canonicalID(bytes, range)?.id }

    /// The fault's code in a reply frame that this process wrote; nil for any other reply.
    public static func faultCode(of frame: [UInt8]) -> Fault.Code? {
        let range = min(Frame.headerBytes, frame.count)..<frame.count
        let idEnd: Int
        // Otherwise the id is `null`, of 4 bytes.
        if let (_, end) = canonicalID(frame, range) { idEnd = end } else { idEnd = range.lowerBound + idStart.utf8CodeUnitCount + 4 }
        guard matches(faultStart, frame, idEnd, range.upperBound) else { return nil }
        let word = frame[(idEnd + faultStart.utf8CodeUnitCount)...].prefix { $0 != UInt8(ascii: "\"") }
        return Fault.Code(rawValue: String(decoding: word, as: UTF8.self))
    }

    private static func canonicalID(_ bytes: [UInt8], _ range: Range<Int>) -> (id: Int64, end: Int)? {
        bytes.withUnsafeBufferPointer { JSONReader($0, range).canonicalID() }
    }

    private static func matches(_ start: StaticString, _ bytes: [UInt8], _ at: Int, _ end: Int) -> Bool {
        guard end - at >= start.utf8CodeUnitCount else { return false }
        return bytes.withUnsafeBytes { memcmp($0.baseAddress! + at, start.utf8Start, start.utf8CodeUnitCount) == 0 }
    }
}

extension JSONReader {
    /// Reads `{"id":` and digits as our writers put them, in requests and replies; the place behind the digits, where a comma stands.
    /// nil for anything else. Consumes nothing.
    func canonicalID() -> (id: Int64, end: Int)? {
        let start = ReplyEnvelope.idStart
        let first = position + start.utf8CodeUnitCount
        guard first < end, memcmp(bytes.baseAddress! + position, start.utf8Start, start.utf8CodeUnitCount) == 0 else { return nil }
        var id: Int64 = 0
        var index = first
        // 18 digits fit Int64 whatever they are; an id beyond is read the long way.
        let limit = min(end, first + 18)
        while index < limit, case let digit = bytes[index] &- 48, digit < 10 {
            id = id &* 10 &+ Int64(digit)
            index += 1
        }
        guard index > first, index < end, bytes[index] == UInt8(ascii: ","), bytes[first] != 48 || index == first + 1 else { return nil }
        return (id, index)
    }
}
