import Domain
import Policy
import Wire

/// What the platform shows of a person in public, as a connector fetched it: of somebody who wrote, and of nobody else. What is left out
/// stays as it was; what is older than what is known changes nothing.
public struct RecordProfile: WorkspaceRequest {
    public static let contract = Contract(
        "profiles.record", purpose: .provideService, writes: [.profile], repeats: .harmless, callers: [.connector])
    public static let pictureURLLengthMax = 4096

    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    /// By the name that the platform gave with their messages; not by username, which may pass to somebody else.
    public var person = Alias()
    public var name: String?
    public var username: String?
    /// A reference: the mesh never fetches it.
    public var pictureURL: String?
    public var followers: Int64?
    /// When it was so.
    public var fetchedAt = Timestamp()

    public init() {}
    public init(workspace: WorkspaceID, channel: ChannelID, person: Alias, fetchedAt: Timestamp) {
        self.workspace = workspace
        self.channel = channel
        self.person = person
        self.fetchedAt = fetchedAt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("person", &person)
        fields.field("name", &name, min: 1, max: 200)
        fields.field("username", &username, min: 1, max: 160)
        fields.field("pictureURL", &pictureURL, min: 1, max: RecordProfile.pictureURLLengthMax)
        fields.field("followers", &followers, 0...Int64.max)
        fields.field("fetchedAt", &fetchedAt)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownChannel, channelEnded
        /// Nobody of that name wrote to the workspace.
        case unknownParticipant
        /// They were erased, and this is from before that.
        case personErased
    }
}
