import Policy
import Wire

/// A service's counters and gauges; numbers only.
public struct ReadMetrics: Request {
    public static let contract = Contract(
        "mesh.metrics", purpose: .maintainSecurity, repeats: .harmless, callers: [.operator], roles: [.operator])

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        public var service = ""
        /// By name, `outbox.rows` for example; the unit ends the name where it isn't a count.
        public var values: [String: Int64] = [:]

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("service", &service, max: 32)
            fields.field("values", &values)
        }
    }
}
