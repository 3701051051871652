import Domain
import HolderContracts

/// The names that may stand in a quarantined piece, as keyed digests: so an erasure finds the piece without reading all of them.
///
/// A piece is quarantined because we don't understand it, so nothing is taken for granted: every run of letters, digits and dots that has
/// a digit and is as long as a name that may be searched for counts as one. Phones, Instagram's and WhatsApp's user ids all have digits.
struct QuarantinedNames: Sendable, Equatable {
    static let countMax = 8192
    static let lengthMax = 160

    private(set) var digests: Set<[UInt8]> = []
    /// It has more names than are indexed: then an erasure reads it.
    private(set) var isPartial = false

    init(in piece: [UInt8], _ keys: InboxKeys) {
        var rest = piece[...]
        while let start = rest.firstIndex(where: QuarantinedNames.isPart) {
            var run = rest[start...].prefix(while: QuarantinedNames.isPart)
            rest = rest[run.endIndex...]
            // Letters of an escape in JSON begin no name.
            if start > piece.startIndex, piece[start - 1] == UInt8(ascii: "\\") {
                run = run.dropFirst(run.first == UInt8(ascii: "u") ? 5 : 1)
            }
            // A sentence may end with a name.
            let name = run.drop { $0 == QuarantinedNames.dot }.trimmingEnd { $0 == QuarantinedNames.dot }
            guard (Subject.searchableBytesMin...QuarantinedNames.lengthMax).contains(name.count),
                name.contains(where: { (48...57).contains($0) })
            else { continue }
            if digests.count == QuarantinedNames.countMax {
                isPartial = true
                return
            }
            digests.insert(keys.digest(ofQuarantinedName: name))
        }
    }

    private static let dot = UInt8(ascii: ".")

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
