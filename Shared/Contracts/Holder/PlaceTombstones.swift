import Domain
import Policy
import Wire

/// Tells a holder whom to keep out from now on: what these digests name and happened up to the cut-off is not written any more.
public struct PlaceTombstones: Request {
    public static let contract = Contract(
        "holder.tombstone", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, deadlineMilliseconds: 5000,
        callers: [.deletionCoordinator])
    public static let countMax = 8192

    public var deletion = DeletionID()
    public var tombstones: [Tombstone] = []

    public init() {}
    public init(deletion: DeletionID, tombstones: [Tombstone]) {
        self.deletion = deletion
        self.tombstones = tombstones
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("tombstones", &tombstones, max: PlaceTombstones.countMax)
    }

    public struct Response: Fields, Equatable {
        /// How many of them stand now, durably.
        public var standing: Int64 = 0

        public init() {}
        public init(standing: Int64) { self.standing = standing }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("standing", &standing, 0...Int64.max) }
    }
}

/// A mark that keeps an erased subject's old data out. No person can be found by it without the pepper.
public struct Tombstone: Fields, Hashable {
    /// 32 hex digits: the first 16 bytes of a keyed digest.
    public var digest = ""
    /// Which pepper keyed it.
    public var pepper: Int64 = 0
    /// What happened until then stays out; what begins later is a new relationship.
    public var cutoff = Timestamp()

    public init() {}
    public init(digest: String, pepper: Int64, cutoff: Timestamp) {
        self.digest = digest
        self.pepper = pepper
        self.cutoff = cutoff
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("digest", &digest, max: 32)
        fields.field("pepper", &pepper, 1...1_000_000)
        fields.field("cutoff", &cutoff)
    }
}
