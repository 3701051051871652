import Glibc

/// Writes JSON straight into bytes: no white space, members in the order given, only what RFC 8259 §7 demands is escaped.
///
/// It owns its room and writes through a pointer: each piece asks for room once, which is what makes members cheap.
public struct JSONWriter: ~Copyable {
    private var room: UnsafeMutableRawPointer?
    private var capacity = 0
    /// The room is somebody else's, who made the writer and outlives it; when it is too small the writer moves into its own.
    @usableFromInline private(set) var isLent = false
    public private(set) var count = 0
    private var needsComma = false

    public init(reserving capacity: Int = 256) { if capacity > 0 { reserve(capacity) } }

    @usableFromInline
    init(lent room: UnsafeMutableBufferPointer<UInt8>) {
        self.room = UnsafeMutableRawPointer(room.baseAddress)
        capacity = room.count
        isLent = true
    }

    deinit { if !isLent { free(room) } }

    /// What was written so far.
    public var bytes: [UInt8] { Array(UnsafeRawBufferPointer(start: room, count: count)) }

    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    public mutating func name(_ name: StaticString) { member(name) }

    /// A member's name that needs no escapes, as all of ours. (A literal given to `name` would become a `String`.)
    public mutating func member(_ name: StaticString) {
        appendQuoted(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        put(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A name that is data.
    public mutating func name(_ name: String) {
        string(name)
        append(UInt8(ascii: ":"))
        needsComma = false
    }

    public mutating func string(_ value: String) {
        let isContiguous: Void? = value.utf8.withContiguousStorageIfAvailable { string(UnsafeRawBufferPointer($0)) }
        precondition(isContiguous != nil, "a string of this system is UTF-8 in one piece")
    }

    /// Text that needs no escapes, as all of our words.
    mutating func plainString(_ value: String) {
        let isContiguous: Void? = value.utf8.withContiguousStorageIfAvailable { appendQuoted(UnsafeRawBufferPointer($0)) }
        precondition(isContiguous != nil, "a string of this system is UTF-8 in one piece")
        needsComma = true
    }

    private mutating func string(_ text: UnsafeRawBufferPointer) {
        if text.escapeFreePrefix().count == text.count { appendQuoted(text) } else { escape(text) }
        needsComma = true
    }

    /// Text that may not be UTF-8: then it is repaired as `String(decoding:as:)` does.
    mutating func string(repairing text: UnsafeRawBufferPointer) {
        let plain = text.escapeFreePrefix()
        if plain.isASCII && plain.count == text.count {
            appendQuoted(text)
            needsComma = true
        } else {
            string(String(decoding: text, as: UTF8.self))
        }
    }

    public mutating func int(_ value: Int64) {
        reserve(21)  // A comma, a sign and 19 digits.
        if needsComma { put(UInt8(ascii: ",")) }
        if value < 0 { put(UInt8(ascii: "-")) }
        var rest = value.magnitude
        count += decimalLength(rest)
        var place = count
        while rest >= 100 {
            let (quotient, pair) = rest.quotientAndRemainder(dividingBy: 100)
            place -= 2
            store(pairOfDigits: pair, at: place)
            rest = quotient
        }
        if rest >= 10 {
            store(pairOfDigits: rest, at: place - 2)
        } else {
            room.unsafelyUnwrapped.storeBytes(of: 48 + UInt8(truncatingIfNeeded: rest), toByteOffset: place - 1, as: UInt8.self)
        }
        needsComma = true
    }

    @inline(__always)
    private func store(pairOfDigits pair: UInt64, at place: Int) {
        let tens = (pair &* 103) >> 10  // The quotient by 10, for anything below 100.
        let digits = UInt16(truncatingIfNeeded: 0x3030 &+ tens &+ (pair &- tens &* 10) << 8)
        room.unsafelyUnwrapped.storeBytes(of: digits.littleEndian, toByteOffset: place, as: UInt16.self)
    }

    @inline(__always)
    private func decimalLength(_ value: UInt64) -> Int {
        var rest = value
        var length = 1
        while rest >= 10_000 {
            rest /= 10_000
            length += 4
        }
        return rest >= 1000 ? length + 3 : rest >= 100 ? length + 2 : rest >= 10 ? length + 1 : length
    }

    public mutating func bool(_ value: Bool) { word(value ? "true" : "false") }
    public mutating func null() { word("null") }

    /// A whole value that is JSON already.
    public mutating func raw(_ json: some Collection<UInt8>) {
        reserve(json.count + 1)
        if needsComma { put(UInt8(ascii: ",")) }
        let isContiguous: Void? = json.withContiguousStorageIfAvailable { put(UnsafeRawBufferPointer($0)) }
        if isContiguous == nil { for byte in json { put(byte) } }
        needsComma = true
    }

    /// Bytes that are part of the JSON as they are, up to where a value comes or ends.
    @usableFromInline
    mutating func plain(_ json: UnsafeRawBufferPointer) {
        reserve(json.count)
        put(json)
        needsComma = false
    }

    @usableFromInline
    mutating func plain(_ json: StaticString) { plain(UnsafeRawBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount)) }

    /// Room for what stands before the first value: a frame's length.
    @usableFromInline
    mutating func beginFrame() {
        reserve(Frame.headerBytes)
        count = Frame.headerBytes
    }

    /// Fills in the frame's length, now that it is known.
    @usableFromInline
    mutating func endFrame() {
        let length = UInt32(count - Frame.headerBytes)
        room.unsafelyUnwrapped.storeBytes(of: length.bigEndian, as: UInt32.self)
    }

    private mutating func open(_ byte: UInt8) {
        reserve(2)
        if needsComma { put(UInt8(ascii: ",")) }
        put(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        append(byte)
        needsComma = true
    }

    private mutating func word(_ word: StaticString) {
        raw(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    /// Text without escapes; leaves room for one byte more.
    @inline(__always)
    private mutating func appendQuoted(_ text: UnsafeRawBufferPointer) {
        reserve(text.count + 4)
        if needsComma { put(UInt8(ascii: ",")) }
        put(UInt8(ascii: "\""))
        put(text)
        put(UInt8(ascii: "\""))
    }

    private mutating func escape(_ text: UnsafeRawBufferPointer) {
        reserve(text.count + 3)
        if needsComma { put(UInt8(ascii: ",")) }
        put(UInt8(ascii: "\""))
        var rest = text
        while true {
            let plain = rest.escapeFreePrefix().count
            reserve(plain + 7)  // The longest escape has 6 bytes; the closing quote has one.
            put(UnsafeRawBufferPointer(rebasing: rest[..<plain]))
            guard plain < rest.count else { break }
            putEscape(of: rest[plain])
            rest = UnsafeRawBufferPointer(rebasing: rest[(plain + 1)...])
        }
        put(UInt8(ascii: "\""))
    }

    private mutating func putEscape(of byte: UInt8) {
        put(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): put(byte)
        case 0x0A: put(UInt8(ascii: "n"))
        case 0x0D: put(UInt8(ascii: "r"))
        case 0x09: put(UInt8(ascii: "t"))
        default:
            for digit in "u00".utf8 { put(digit) }
            put(byte < 16 ? 48 : 49)
            put(byte & 15 < 10 ? 48 + byte & 15 : 87 + byte & 15)
        }
    }

    /// What comes next stands alone: not behind what was written before.
    mutating func beginAlone() { needsComma = false }

    func withBytes(_ body: (UnsafeRawBufferPointer) -> Void) { body(UnsafeRawBufferPointer(start: room, count: count)) }

    // MARK: Room

    /// Makes room for so many bytes more.
    @inline(__always)
    private mutating func reserve(_ more: Int) { if capacity - count < more { grow(more) } }

    @inline(never)
    private mutating func grow(_ more: Int) {
        let wanted = max(count + more, capacity * 2)
        guard let larger = realloc(isLent ? nil : room, wanted) else { preconditionFailure("no memory for a frame of \(wanted) bytes") }
        if isLent, let room { memcpy(larger, room, count) }
        isLent = false
        room = larger
        capacity = wanted
    }

    private mutating func append(_ byte: UInt8) {
        reserve(1)
        put(byte)
    }

    /// There is room for it.
    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        room.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count &+= 1
    }

    /// There is room for it.
    @inline(__always)
    private mutating func put(_ text: UnsafeRawBufferPointer) {
        guard let start = text.baseAddress else { return }
        let target = room.unsafelyUnwrapped + count
        let length = text.count
        // Names and words: two overlapping halves cost less than a call.
        if length &- 8 <= 8 && length >= 8 {
            copy(UInt64.self, start, target, length)
        } else if length < 8 && length >= 4 {
            copy(UInt32.self, start, target, length)
        } else {
            memcpy(target, start, length)
        }
        count &+= length
    }

    @inline(__always)
    private func copy<Word: BitwiseCopyable>(
        _ word: Word.Type, _ start: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ length: Int
    ) {
        let last = length &- MemoryLayout<Word>.size
        let (head, tail) = (start.loadUnaligned(as: word), start.loadUnaligned(fromByteOffset: last, as: word))
        target.storeBytes(of: head, as: word)
        target.storeBytes(of: tail, toByteOffset: last, as: word)
    }
}
