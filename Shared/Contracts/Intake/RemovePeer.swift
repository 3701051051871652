import Policy
import Wire

/// Turns a program away from now on, also where it is connected: at once in intake, within 60 s everywhere.
public struct RemovePeer: Request {
    public static let contract = Contract(
        "peers.remove", purpose: .maintainSecurity, writes: [.security], repeats: .harmless, callers: [.operator], roles: [.operator])

    public var name = ""

    public init() {}
    public init(name: String) { self.name = name }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("name", &name, max: 32) }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason { case unknownPeer }
}
