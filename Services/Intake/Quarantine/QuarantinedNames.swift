import Erasure

/// The names that may stand in a quarantined piece, as keyed digests: so an erasure finds the piece without reading all of them.
struct QuarantinedNames: Sendable, Equatable {
    static let countMax = 8192

    private(set) var digests: Set<[UInt8]> = []
    /// It has more names than are indexed: then an erasure reads it.
    private(set) var isPartial = false

    init(in piece: [UInt8], _ keys: InboxKeys) {
        for name in MentionedNames(in: piece) {
            if digests.count == QuarantinedNames.countMax {
                isPartial = true
                return
            }
            digests.insert(keys.digest(ofQuarantinedName: name))
        }
    }
}
