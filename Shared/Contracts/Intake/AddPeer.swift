import Domain
import Policy
import Wire

/// Lets a program connect that is not the mesh's own. `meshctl peer add` makes its keys as well.
public struct AddPeer: AnyWorkspaceRequest {
    public static let contract = Contract(
        "peers.add", purpose: .maintainSecurity, writes: [.security], repeats: .harmless, callers: [.operator], roles: [.operator])

    /// 1 to 32 of `[a-z0-9-]`, without `--`.
    public var name = ""
    /// gateway, connector or assistant.
    public var kind = Peer.gateway
    /// The only workspace that it may speak for; a connector needs one.
    public var workspace: WorkspaceID?

    public init() {}
    public init(name: String, kind: Peer, workspace: WorkspaceID? = nil) {
        self.name = name
        self.kind = kind
        self.workspace = workspace
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: 32)
        fields.field("kind", &kind)
        fields.field("workspace", &workspace)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case badName, unknownWorkspace
        /// Programs of the mesh itself are not added.
        case kindNotAllowed
        /// Another program has the name.
        case nameTaken
        /// A connector speaks for one workspace.
        case workspaceMissing
        /// `ListPeers.countMax` are there: remove one that is no longer used.
        case tooMany
    }
}
