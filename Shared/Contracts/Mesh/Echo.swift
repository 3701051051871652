import Policy
import Wire

/// Sends back what it gets: shows that two sides understand each other, and what a round trip costs.
public struct Echo: Request {
    public static let contract = Contract("mesh.echo", purpose: .maintainSecurity, repeats: .harmless, callers: Peer.allCases)

    public var payload = ""

    public init() {}
    public init(payload: String) { self.payload = payload }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("payload", &payload, max: 1_048_576) }

    public struct Response: Fields, Equatable {
        public var payload = ""

        public init() {}
        public init(payload: String) { self.payload = payload }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("payload", &payload, max: 1_048_576) }
    }
}
