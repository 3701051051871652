import HolderContracts

/// What in some bytes may be a person's name: every run of letters, digits and dots that has a digit and is as long as a name that may be
/// searched for. Phones, Instagram's and WhatsApp's user ids all have digits; nothing else is taken for granted of the bytes.
public struct MentionedNames: Sequence, IteratorProtocol {
    public static let lengthMax = 160

    private let bytes: [UInt8]
    private var rest: ArraySlice<UInt8>

    public init(in bytes: [UInt8]) {
        self.bytes = bytes
        rest = bytes[...]
    }

    public mutating func next() -> ArraySlice<UInt8>? {
        while let start = rest.firstIndex(where: MentionedNames.isPart) {
            var run = rest[start...].prefix(while: MentionedNames.isPart)
            rest = rest[run.endIndex...]
            // Letters of an escape in JSON begin no name.
            if start > bytes.startIndex, bytes[start - 1] == UInt8(ascii: "\\") {
                run = run.dropFirst(run.first == UInt8(ascii: "u") ? 5 : 1)
            }
            // A sentence may end with a name.
            let name = run.drop { $0 == MentionedNames.dot }.trimmingEnd { $0 == MentionedNames.dot }
            if (Subject.searchableBytesMin...MentionedNames.lengthMax).contains(name.count), name.contains(where: MentionedNames.isDigit) {
                return name
            }
        }
        return nil
    }

    /// Whether a name stands in the bytes as itself and not within a longer number, which is somebody else's. Zeros before a phone are a
    /// way to write it.
    public static func holds(_ name: String, in bytes: [UInt8]) -> Bool {
        let name = Array(name.utf8)
        guard let first = name.first, let last = name.last, bytes.count >= name.count else { return false }
        for start in 0...(bytes.count - name.count) where bytes[start] == first && bytes[start..<(start + name.count)].elementsEqual(name) {
            let before = isDigit(first) ? bytes[..<start].last { $0 != UInt8(ascii: "0") } : nil
            let after = isDigit(last) && start + name.count < bytes.count ? bytes[start + name.count] : nil
            if !(before.map(isDigit) ?? false), !(after.map(isDigit) ?? false) { return true }
        }
        return false
    }

    private static let dot = UInt8(ascii: ".")

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), dot: true
        default: false
        }
    }
}

extension ArraySlice<UInt8> {
    fileprivate func trimmingEnd(while isTrimmed: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        self[..<(lastIndex { !isTrimmed($0) }.map { $0 + 1 } ?? startIndex)]
    }
}
