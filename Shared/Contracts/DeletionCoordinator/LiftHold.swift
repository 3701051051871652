import Domain
import Policy
import Wire

/// Ends a hold: what it held up goes on, unless another hold covers it.
public struct LiftHold: Request {
    public static let contract = Contract(
        "holds.lift", purpose: .complyWithObligation, writes: [.security], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.privacyOfficer])

    public var hold = HoldID()

    public init() {}
    public init(hold: HoldID) { self.hold = hold }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("hold", &hold) }

    /// As it stands then; one that was lifted before says when.
    public typealias Response = Hold

    public enum Refusal: String, RefusalReason { case unknownHold }
}
