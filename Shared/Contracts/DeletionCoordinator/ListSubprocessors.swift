import Domain
import Policy
import Wire

/// The register of subprocessors, by name. Who remembers the version that they saw finds what is new: entries with a higher one.
public struct ListSubprocessors: Request {
    public static let contract = Contract(
        "subprocessors.list", purpose: .complyWithObligation, repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .operator, .privacyOfficer, .auditor])

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        /// Of the last change; 0 while the register is empty.
        public var version: Int64 = 0
        public var subprocessors: [Entry] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("version", &version, 0...Int64.max)
            fields.field("subprocessors", &subprocessors, max: Int(SetSubprocessor.countMax))
        }
    }

    public struct Entry: Fields, Equatable {
        public var subprocessor = Subprocessor()
        /// The version of the register that changed it last.
        public var version: Int64 = 0
        public var changedAt = Timestamp()

        public init() {}
        public init(_ subprocessor: Subprocessor, version: Int64, changedAt: Timestamp) {
            self.subprocessor = subprocessor
            self.version = version
            self.changedAt = changedAt
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("subprocessor", &subprocessor)
            fields.field("version", &version, 1...Int64.max)
            fields.field("changedAt", &changedAt)
        }
    }
}
