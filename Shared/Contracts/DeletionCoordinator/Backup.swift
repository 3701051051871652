import Domain
import Wire

/// A backup as the register has it: when it was begun, and when it is gone.
public struct Backup: Fields, Hashable {
    /// Whoever was erased before that is not in it.
    public var madeAt = Timestamp()
    public var expiresAt = Timestamp()

    public init() {}
    public init(madeAt: Timestamp, expiresAt: Timestamp) {
        self.madeAt = madeAt
        self.expiresAt = expiresAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("madeAt", &madeAt)
        fields.field("expiresAt", &expiresAt)
    }
}
