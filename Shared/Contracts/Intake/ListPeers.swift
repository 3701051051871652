import Domain
import Policy
import Wire

/// The programs that may connect beside the mesh's own.
public struct ListPeers: Request {
    public static let contract = Contract(
        "peers.list", purpose: .maintainSecurity, reads: [.security], repeats: .harmless, callers: [.operator], roles: [.operator])
    /// More can't be added.
    public static let countMax = 1000

    public init() {}
    public mutating func visit(_ fields: inout FieldVisitor) {}

    public struct Response: Fields, Equatable {
        public var peers: [Entry] = []

        public init() {}
        public init(peers: [Entry]) { self.peers = peers }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("peers", &peers, max: ListPeers.countMax) }
    }

    public struct Entry: Fields, Equatable {
        public var name = ""
        public var kind = Peer.gateway
        public var workspace: WorkspaceID?
        public var addedAt = Timestamp()

        public init() {}
        public init(name: String, kind: Peer, workspace: WorkspaceID?, addedAt: Timestamp) {
            self.name = name
            self.kind = kind
            self.workspace = workspace
            self.addedAt = addedAt
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("name", &name, max: 32)
            fields.field("kind", &kind)
            fields.field("workspace", &workspace)
            fields.field("addedAt", &addedAt)
        }
    }
}
