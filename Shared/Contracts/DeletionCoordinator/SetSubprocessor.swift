import Domain
import Policy
import Wire

/// Puts a subprocessor into the register, or changes what it says of the one with that name. Each change is a version of the register.
public struct SetSubprocessor: Request {
    public static let contract = Contract(
        "subprocessors.set", purpose: .complyWithObligation, repeats: .harmless, callers: [.operator, .gateway], roles: [.privacyOfficer])
    /// In the register, ended ones included.
    public static let countMax: Int64 = 500

    public var subprocessor = Subprocessor()
    public var purposes: [DeclaredPurpose] { subprocessor.uses.purposes }

    public init() {}
    public init(_ subprocessor: Subprocessor) { self.subprocessor = subprocessor }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("subprocessor", &subprocessor) }

    public struct Response: Fields, Equatable {
        /// The version in which the register says so.
        public var version: Int64 = 0

        public init() {}
        public init(version: Int64) { self.version = version }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("version", &version, 1...Int64.max) }
    }

    public enum Refusal: String, RefusalReason {
        /// The policy knows no such purpose. What it forbids (sale, sharing, advertising, profiling) is the fault `purposeForbidden`.
        case unknownPurpose
        /// A category that never serves its purpose, or serves it in part.
        case useNotAllowed
        /// `countMax` are in it.
        case registerFull
    }
}
