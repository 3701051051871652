import Domain
import Policy
import Wire

/// Gives a deletion more time than 30 days, once, and tells whoever asked why (GDPR Art. 12(3)): within those 30 days, by at most 60 more.
public struct ExtendDeletion: Request {
    public static let contract = Contract(
        "deletions.extend", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.privacyOfficer])
    public static let daysMax: Int64 = 60

    public var deletion = DeletionID()
    public var days: Int64 = 0
    public var ground = Deletion.ExtensionGround.complexRequest

    public init() {}
    public init(deletion: DeletionID, days: Int64, ground: Deletion.ExtensionGround) {
        self.deletion = deletion
        self.days = days
        self.ground = ground
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("days", &days, 1...ExtendDeletion.daysMax)
        fields.field("ground", &ground)
    }

    /// As it stands then.
    public typealias Response = Deletion

    public enum Refusal: String, RefusalReason {
        case unknownDeletion
        /// It has ended, was extended before, or its first 30 days are over.
        case notExtendable
    }
}
