import Policy
import Wire

/// Whether a service can do its work, and what keeps it from it.
public struct ReadHealth: Request {
    public static let contract = Contract(
        "mesh.health", purpose: .maintainSecurity, repeats: .harmless, callers: Peer.ofMesh, roles: [.operator])

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        public var service = ""
        public var healthy = false
        public var uptimeMilliseconds: Int64 = 0
        public var checks: [Check] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("service", &service, max: 32)
            fields.field("healthy", &healthy)
            fields.field("uptimeMilliseconds", &uptimeMilliseconds, 0...Int64.max)
            fields.field("checks", &checks, max: 64)
        }
    }

    /// One thing that a service depends on.
    public struct Check: Fields, Equatable {
        public var name = ""
        public var healthy = false
        /// A short word of ours: `reachable`, `backlog`, …
        public var detail = ""

        public init() {}
        public init(name: String, healthy: Bool, detail: String) {
            self.name = name
            self.healthy = healthy
            self.detail = detail
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("name", &name, max: 64)
            fields.field("healthy", &healthy)
            fields.field("detail", &detail, max: 200)
        }
    }
}
