import Policy
import Wire

/// Tries a piece in quarantine again, once what kept it out was mended: its channel is connected, we understand more by now, or
/// conversation-store does.
///
/// It is taken as any delivery is: once, and not for people who were erased in between. The piece is then gone from quarantine.
public struct ReleaseQuarantined: Request {
    public static let contract = Contract(
        "quarantine.release", purpose: .provideService, writes: [.communication], repeats: .forbidden, callers: [.operator],
        roles: [.operator, .privacyOfficer])

    public var id: Int64 = 0

    public init() {}
    public init(id: Int64) { self.id = id }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("id", &id, 0...Int64.max) }

    public struct Response: Fields, Equatable {
        public var accepted: Int64 = 0
        /// Known already.
        public var repeated: Int64 = 0
        /// Kept out: their person was erased.
        public var keptOut: Int64 = 0
        /// Not taken in: their channel has ended, or has the feature off.
        public var dropped: Int64 = 0

        public init() {}
        public init(accepted: Int64, repeated: Int64, keptOut: Int64, dropped: Int64) {
            self.accepted = accepted
            self.repeated = repeated
            self.keptOut = keptOut
            self.dropped = dropped
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("accepted", &accepted, 0...Int64.max)
            fields.field("repeated", &repeated, 0...Int64.max)
            fields.field("keptOut", &keptOut, 0...Int64.max)
            fields.field("dropped", &dropped, 0...Int64.max)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownPiece
        /// What kept it out still does; it stays where it is.
        case stillUnfit
    }
}
