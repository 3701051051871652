import Domain
import HolderContracts
import Wire

/// One line of `erasures.journal`.
public struct JournalLine: Fields, Equatable {
    /// The journal's name in the data folder.
    public static let fileName = "erasures.journal"

    public var deletion = DeletionID()
    public var tombstone = Tombstone()

    public init() {}

    public init(deletion: DeletionID, tombstone: Tombstone) {
        self.deletion = deletion
        self.tombstone = tombstone
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        tombstone.visit(&fields)
    }
}
