import Domain
import HolderContracts
import Wire

/// One line of `erasures.journal`.
struct JournalLine: Fields, Equatable {
    var deletion = DeletionID()
    var tombstone = Tombstone()

    init() {}

    init(deletion: DeletionID, tombstone: Tombstone) {
        self.deletion = deletion
        self.tombstone = tombstone
    }

    mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        tombstone.visit(&fields)
    }

    /// The lines of a journal's bytes. What stands behind the last newline was cut off by a crash and is passed over; any other line
    /// that is no line of ours throws, for a tombstone would be lost with it.
    static func lines(of bytes: [UInt8]) throws(WireError) -> [JournalLine] {
        var lines: [JournalLine] = []
        var start = 0
        for end in bytes.indices where bytes[end] == UInt8(ascii: "\n") {
            lines.append(try FieldVisitor.read(JournalLine.self, from: bytes, start..<end, refusesUnknown: true))
            start = end + 1
        }
        return lines
    }
}
