import Domain
import Policy
import Wire

/// Records what an assistant or agent sent to a person: the platforms don't echo everything. Only who holds the conversation answers in it:
/// the lease proves it, an assistant's from `handoff.context`, a person's from `handoff.accept`.
public struct RecordReply: Keyed, WorkspaceRequest {
    public static let contract = Contract(
        "replies.record", purpose: .provideService, writes: [.communication], repeats: .deduplicated,
        callers: [.operator, .gateway, .assistant], roles: [.owner, .admin, .manager, .agent, .assistant])

    public var key = RequestKey()
    public var workspace = WorkspaceID()
    public var channel = ChannelID()
    /// The person whom the reply went to.
    public var recipient = Alias()
    public var author = Author.assistant
    public var text = ""
    public var sentAt = Timestamp()
    /// Of the conversation with the recipient, given to the member who acts.
    public var lease = ""
    /// The platform's id of the message, once it is known: joins echoes and statuses to this reply.
    public var externalID: String?

    public enum Author: String, WireWord { case assistant, agent }

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID, channel: ChannelID, recipient: Alias, author: Author, text: String, sentAt: Timestamp,
        lease: String, externalID: String? = nil
    ) {
        self.key = key
        self.workspace = workspace
        self.channel = channel
        self.recipient = recipient
        self.author = author
        self.text = text
        self.sentAt = sentAt
        self.lease = lease
        self.externalID = externalID
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("channel", &channel)
        fields.field("recipient", &recipient)
        fields.field("author", &author)
        fields.field("text", &text, max: 65_536)
        fields.field("sentAt", &sentAt)
        fields.field("lease", &lease, max: 1024)
        fields.field("externalID", &externalID, max: 256)
    }

    public struct Response: Fields, Equatable {
        /// False when this key was recorded before.
        public var recorded = false

        public init() {}
        public init(recorded: Bool) { self.recorded = recorded }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("recorded", &recorded) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownChannel, channelEnded
        /// The person asked to be forgotten and has not written since.
        case recipientErased
        /// The lease is not the actor's, not for this conversation, has ended, or somebody else has taken the conversation over since.
        case notHolder
    }
}
