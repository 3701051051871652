import Policy
import Wire

/// The catalogue of what a service serves, with schemas, so that a client can be written from it.
public struct ReadContracts: Request {
    public static let contract = Contract("mesh.contracts", purpose: .maintainSecurity, repeats: .harmless, callers: Peer.allCases)

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        /// Each an object as DESIGN §2 describes it.
        public var methods: [RawJSON] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("methods", &methods, max: 512) }
    }
}
