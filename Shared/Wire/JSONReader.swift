import Glibc

/// A checked pull reader of JSON (RFC 8259): no duplicate names, no byte order mark, no invalid UTF-8, depth at most 64.
///
/// It scans plain text in vectors and copies nothing that it only passes over. It holds a pointer to the bytes, so it lives no longer than
/// the closure that was given them; every byte is read behind a check against `end`.
public struct JSONReader: ~Copyable {
    /// What a door accepts. The mesh is strict; webhooks come from others, whose odd values must not cost us an event.
    public enum Mode: Sendable {
        /// Lone surrogates are refused, and numbers that neither Int64 nor a finite Double holds.
        case strict
        /// A lone surrogate becomes U+FFFD, a number of any size is passed over as text, and a name that stands twice is noted.
        case webhook
    }

    public static let depthMax = 64
    /// Members of one object: bounds the search for duplicate names.
    public static let memberCountMax = 512

    let bytes: UnsafeBufferPointer<UInt8>
    let end: Int
    let mode: Mode
    var position: Int
    var depth = 0
    /// Names met in the objects that are being passed over, outermost first.
    var names: [Name] = []
    /// Some object has a name twice: only a webhook gets so far.
    var hasRepeatedNames = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>? = nil, mode: Mode = .strict) {
        let range = range ?? 0..<bytes.count
        precondition(range.upperBound <= bytes.count, "the range lies inside the bytes")
        self.bytes = bytes
        self.mode = mode
        position = range.lowerBound
        end = range.upperBound
    }

    // MARK: Structure

    /// The next byte that is not white space, not consumed; nil at the end.
    @inline(__always)
    mutating func peek() -> UInt8? {
        if position < end, case let byte = bytes[position], byte > 0x20 { return byte }
        return peekBehindSpace()
    }

    private mutating func peekBehindSpace() -> UInt8? {
        while position < end {
            let byte = bytes[position]
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    @inline(__always)
    mutating func consume(_ byte: UInt8, _ expectation: StaticString) throws(WireError) {
        guard peek() == byte else { throw .syntax("expected \(expectation)") }
        position += 1
    }

    mutating func enter() throws(WireError) {
        depth += 1
        if depth > JSONReader.depthMax { throw .syntax("nested deeper than \(JSONReader.depthMax)") }
    }

    mutating func leave() { depth -= 1 }

    /// After the outermost value: nothing but white space may follow.
    mutating func finish() throws(WireError) {
        if peek() != nil { throw .syntax("something follows the value") }
    }

    /// A member's name as it stands between its quotes, and whether it has escapes.
    struct Name {
        let range: Range<Int>
        let isPlain: Bool
    }

    /// The name of the next member with its colon, or nil at the closing brace, which is consumed.
    mutating func nextName(isFirst: Bool) throws(WireError) -> Name? {
        if peek() == UInt8(ascii: "}") {
            position += 1
            return nil
        }
        if !isFirst { try consume(UInt8(ascii: ","), "a comma or the end of the object") }
        try consume(UInt8(ascii: "\""), "a member's name")
        let scan = try scanString()
        try consume(UInt8(ascii: ":"), "a colon")
        return Name(range: scan.range, isPlain: scan.isPlain)
    }

    /// Passes over `"name":`, and the comma before it unless it is the first, when that is what comes; else false, and nothing is consumed.
    ///
    /// Says nothing about what else may come: whoever gets false in the end reads it with `nextName`, which knows all spellings.
    mutating func passesName(_ name: StaticString, isFirst: Bool) -> Bool {
        var index = position
        if !isFirst {
            guard index < end, bytes[index] == UInt8(ascii: ",") else { return isSpace(index) && passesSpacedName(name, isFirst: isFirst) }
            index += 1
        }
        let count = name.utf8CodeUnitCount
        guard end - index >= count + 3, bytes[index] == UInt8(ascii: "\"") else {
            return isSpace(index) && passesSpacedName(name, isFirst: isFirst)
        }
        guard bytes[index + 1 + count] == UInt8(ascii: "\""), stands(name, at: index + 1) else { return false }
        index += count + 2
        guard bytes[index] == UInt8(ascii: ":") else { return isSpace(index) && passesSpacedName(name, isFirst: isFirst) }
        position = index + 1
        return true
    }

    /// There are as many bytes behind `index`. (Names are short: calling memcmp would cost more than comparing.)
    @inline(__always)
    private func stands(_ name: StaticString, at index: Int) -> Bool {
        let count = name.utf8CodeUnitCount
        let here = UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped + index)
        let there = UnsafeRawPointer(name.utf8Start)
        func differ<Word: FixedWidthInteger>(_ word: Word.Type, _ offset: Int) -> Bool {
            here.loadUnaligned(fromByteOffset: offset, as: word) != there.loadUnaligned(fromByteOffset: offset, as: word)
        }
        if count >= 8 {
            var offset = 0
            while offset < count &- 8 {
                if differ(UInt64.self, offset) { return false }
                offset &+= 8
            }
            return !differ(UInt64.self, count &- 8)
        }
        if count >= 4 { return !differ(UInt32.self, 0) && !differ(UInt32.self, count &- 4) }
        for offset in 0..<count where differ(UInt8.self, offset) { return false }
        return true
    }

    private func isSpace(_ index: Int) -> Bool { index < end && bytes[index] <= 0x20 }

    /// As above, among white space.
    @inline(never)
    private mutating func passesSpacedName(_ name: StaticString, isFirst: Bool) -> Bool {
        let start = position
        let count = name.utf8CodeUnitCount
        if isFirst || passes(UInt8(ascii: ",")), passes(UInt8(ascii: "\"")), end - position > count,
            memcmp(bytes.baseAddress! + position, name.utf8Start, count) == 0, bytes[position + count] == UInt8(ascii: "\"")
        {
            position += count + 1
            if passes(UInt8(ascii: ":")) { return true }
        }
        position = start
        return false
    }

    private mutating func passes(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    /// True when another element follows, false at the closing bracket, which is consumed.
    mutating func nextElement(isFirst: Bool) throws(WireError) -> Bool {
        if peek() == UInt8(ascii: "]") {
            position += 1
            return false
        }
        if !isFirst {
            try consume(UInt8(ascii: ","), "a comma or the end of the array")
        }
        return true
    }

    // MARK: Passing over

    /// Passes over one value of any kind, checking it fully.
    mutating func skipValue() throws(WireError) {
        switch peek() {
        case UInt8(ascii: "\""):
            position += 1
            _ = try scanString()
        case UInt8(ascii: "{"): try skipObject()
        case UInt8(ascii: "["):
            position += 1
            try enter()
            var isFirst = true
            while try nextElement(isFirst: isFirst) {
                isFirst = false
                try skipValue()
            }
            leave()
        case UInt8(ascii: "t"): try literal("true")
        case UInt8(ascii: "f"): try literal("false")
        case UInt8(ascii: "n"): try literal("null")
        default: _ = try number()
        }
    }

    private mutating func skipObject() throws(WireError) {
        position += 1
        try enter()
        var unique = UniqueNames(of: self)
        while let name = try nextName(isFirst: unique.isEmpty) {
            try unique.insert(name, of: &self)
            try skipValue()
        }
        unique.end(of: &self)
        leave()
    }

    func isName(_ name: Name, _ own: StaticString) -> Bool {
        let text = UnsafeRawBufferPointer(start: own.utf8Start, count: own.utf8CodeUnitCount)
        return name.isPlain ? equals(name.range, text) : unescaped(name.range).elementsEqual(text)
    }

    private func equals(_ range: Range<Int>, _ text: UnsafeRawBufferPointer) -> Bool {
        guard range.count == text.count else { return false }
        return range.isEmpty || memcmp(bytes.baseAddress! + range.lowerBound, text.baseAddress!, text.count) == 0
    }

    func areEqual(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        equals(one, UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[other])))
    }

    mutating func literal(_ word: StaticString) throws(WireError) {
        let count = word.utf8CodeUnitCount
        guard end - position >= count else { throw .syntax("expected a value") }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { throw .syntax("expected a value") }
        position += count
    }
}
