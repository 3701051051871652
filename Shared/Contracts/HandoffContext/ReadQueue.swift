import Domain
import Policy
import Wire

/// The conversations of a workspace that wait for a person: the most urgent first, among these the one that waits longest.
public struct ReadQueue: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.queue", purpose: .provideService, reads: [.communication], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])
    public static let countMax: Int64 = 200

    public var workspace = WorkspaceID()
    public var limit: Int64 = 0

    public init() {}
    public init(workspace: WorkspaceID, limit: Int64) {
        self.workspace = workspace
        self.limit = limit
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("limit", &limit, 1...ReadQueue.countMax)
    }

    public struct Response: Fields, Equatable {
        public var entries: [Entry] = []
        /// All that wait, shown or not.
        public var waiting: Int64 = 0

        public init() {}
        public init(entries: [Entry], waiting: Int64) {
            self.entries = entries
            self.waiting = waiting
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("entries", &entries, max: Int(ReadQueue.countMax))
            fields.field("waiting", &waiting, 0...Int64.max)
        }
    }

    /// A conversation that waits, as references: its words are read in its context.
    public struct Entry: Fields, Equatable {
        public var conversation = ConversationID()
        public var participant = ParticipantID()
        public var ask = HandoffAsk()
        /// Since the ask; 0 where it counts from a later time on.
        public var waitedMilliseconds: Int64 = 0

        public init() {}
        public init(conversation: ConversationID, participant: ParticipantID, ask: HandoffAsk, waitedMilliseconds: Int64) {
            self.conversation = conversation
            self.participant = participant
            self.ask = ask
            self.waitedMilliseconds = waitedMilliseconds
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("conversation", &conversation)
            fields.field("participant", &participant)
            fields.field("ask", &ask)
            fields.field("waitedMilliseconds", &waitedMilliseconds, 0...Int64.max)
        }
    }
}
