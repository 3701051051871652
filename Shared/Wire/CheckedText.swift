import Glibc

/// JSON that was checked as a whole, and where each of its values lies: so that whoever looks into it never reads it again.
final class CheckedText: Sendable {
    enum Kind: UInt8 {
        case object, array
        /// Text of ASCII alone, of any characters, and with escapes that are still to be resolved.
        case ascii, text, escaped
        case scalar
    }

    /// Where a value or a member's name lies. Places stand in the order of the text: behind an object come its names and values by turns,
    /// behind an array its elements.
    struct Place {
        let start: UInt32
        var end: UInt32
        /// The first place behind this value and all that is in it.
        var next: UInt32
        let kind: Kind

        var range: Range<Int> { Int(start)..<Int(end) }
        /// Of text: what stands between its quotes.
        var inner: Range<Int> { Int(start) + 1..<Int(end) - 1 }
    }

    /// Room for the places of a small text at once; a large one's grow with it.
    static let placesReserved = 128

    let bytes: [UInt8]
    let places: [Place]
    /// Somewhere an object has a name twice.
    let hasRepeatedNames: Bool

    /// Checks all of `bytes` (RFC 8259, as `JSONReader.Mode.webhook` says).
    init(_ bytes: [UInt8]) throws(WireError) {
        precondition(bytes.count < UInt32.max, "whoever receives text bounds it")
        self.bytes = bytes
        (places, hasRepeatedNames) = try bytes.withUnsafeBufferPointer { (bytes) throws(WireError) in
            var reader = JSONReader(bytes, mode: .webhook)
            var places: [Place] = []
            places.reserveCapacity(min(bytes.count / 8 + 1, CheckedText.placesReserved))
            try reader.noteValue(in: &places)
            try reader.finish()
            return (places, reader.hasRepeatedNames)
        }
    }

    /// The place of a member's value; nil for a name that isn't there, or stands twice.
    func member(_ name: UnsafeBufferPointer<UInt8>, of object: Int) -> Int? {
        var found: Int?
        var place = object + 1
        let end = Int(places[object].next)
        while place < end {
            let value = place + 1
            if isName(place, name) {
                if !hasRepeatedNames { return value }
                if found != nil { return nil }
                found = value
            }
            place = Int(places[value].next)
        }
        return found
    }

    /// Whether a name reads so. An escape is longer than what it stands for: of names as long as the text only the same bytes are it.
    func isName(_ place: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let range = places[place].inner
        if range.count < text.count { return false }
        if range.count > text.count { return places[place].kind == .escaped && unescaped(range).elementsEqual(text) }
        return bytes.withUnsafeBufferPointer { bytes in
            // Only what is empty has no address.
            guard let one = bytes.baseAddress, let other = text.baseAddress else { return true }
            return memcmp(one + range.lowerBound, other, text.count) == 0
        }
    }

    /// The text of a name or a value; nil for what is none.
    func text(at place: Int) -> String? {
        let kind = places[place].kind
        switch kind {
        case .object, .array, .scalar: return nil
        case .escaped: return String(decoding: unescaped(places[place].inner), as: UTF8.self)
        case .ascii, .text:
            return bytes.withUnsafeBufferPointer { bytes in
                let text = UnsafeBufferPointer(rebasing: bytes[places[place].inner])
                // It was checked; `String(decoding:)` would check once more.
                return String(copying: UTF8Span(unchecked: text.span, isKnownASCII: kind == .ascii))
            }
        }
    }

    private func unescaped(_ range: Range<Int>) -> [UInt8] {
        bytes.withUnsafeBufferPointer { JSONReader($0, mode: .webhook).unescaped(range) }
    }
}

extension JSONReader {
    /// Passes over one value of any kind, checking it fully, and notes where it and all in it lies.
    fileprivate mutating func noteValue(in places: inout [CheckedText.Place]) throws(WireError) {
        switch peek() {
        case UInt8(ascii: "\""):
            position += 1
            note(try scanString(), in: &places)
        case UInt8(ascii: "{"): try noteObject(in: &places)
        case UInt8(ascii: "["):
            let place = open(.array, in: &places)
            position += 1
            try enter()
            var isFirst = true
            while try nextElement(isFirst: isFirst) {
                isFirst = false
                try noteValue(in: &places)
            }
            leave()
            close(place, in: &places)
        default:
            let place = open(.scalar, in: &places)
            try skipValue()
            close(place, in: &places)
        }
    }

    private mutating func noteObject(in places: inout [CheckedText.Place]) throws(WireError) {
        let place = open(.object, in: &places)
        position += 1
        try enter()
        var unique = UniqueNames(of: self)
        while let name = try nextName(isFirst: unique.isEmpty) {
            try unique.insert(name, of: &self)
            note(name.range, name.isPlain ? .text : .escaped, in: &places)
            try noteValue(in: &places)
        }
        unique.end(of: &self)
        leave()
        close(place, in: &places)
    }

    /// Begins a value; what is in it follows.
    private func open(_ kind: CheckedText.Kind, in places: inout [CheckedText.Place]) -> Int {
        places.append(CheckedText.Place(start: UInt32(position), end: 0, next: 0, kind: kind))
        return places.count - 1
    }

    private func close(_ place: Int, in places: inout [CheckedText.Place]) {
        places[place].end = UInt32(position)
        places[place].next = UInt32(places.count)
    }

    private func note(_ scan: StringScan, in places: inout [CheckedText.Place]) {
        note(scan.range, scan.isPlain ? (scan.isASCII ? .ascii : .text) : .escaped, in: &places)
    }

    private func note(_ range: Range<Int>, _ kind: CheckedText.Kind, in places: inout [CheckedText.Place]) {
        let (start, end, next) = (UInt32(range.lowerBound - 1), UInt32(range.upperBound + 1), UInt32(places.count + 1))
        places.append(CheckedText.Place(start: start, end: end, next: next, kind: kind))
    }
}
