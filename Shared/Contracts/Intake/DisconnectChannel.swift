import Domain
import Policy
import Wire

/// Ends a channel: nothing more is taken in for it, from this moment. What came by it stays as long as the agreement lets it, the
/// attestation as proof; the account may be connected again, as a new channel.
public struct DisconnectChannel: WorkspaceRequest {
    public static let contract = Contract(
        "channels.disconnect", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .admin, .operator])

    public var workspace = WorkspaceID()
    public var channel = ChannelID()

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID) {
        self.workspace = workspace
        self.channel = channel
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
    }

    public struct Response: Fields, Equatable {
        /// From here its retention counts; of a channel that had ended before, when that was.
        public var endedAt = Timestamp()

        public init() {}
        public init(endedAt: Timestamp) { self.endedAt = endedAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("endedAt", &endedAt) }
    }

    public enum Refusal: String, RefusalReason { case unknownChannel }
}
