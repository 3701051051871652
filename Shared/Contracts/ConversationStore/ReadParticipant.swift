import Domain
import Policy
import Wire

/// All that a workspace keeps of one person beside their conversations.
public struct ReadParticipant: WorkspaceRequest {
    public static let contract = Contract(
        "participants.read", purpose: .provideService, reads: [.profile], repeats: .harmless,
        callers: [.operator, .gateway, .handoffContext], roles: [.owner, .admin, .manager, .agent])

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID) {
        self.workspace = workspace
        self.participant = participant
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
    }

    public struct Response: Fields, Equatable {
        public var participant = Participant()
        public var firstSeenAt = Timestamp()
        /// In the order of their names.
        public var fields: [ParticipantField] = []
        public var links: [ParticipantLink] = []
        /// Whom the platform said to be the same person, under another name.
        public var lineage: [ParticipantID] = []

        public init() {}

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("participant", &participant)
            fields.field("firstSeenAt", &firstSeenAt)
            fields.field("fields", &self.fields, max: SetParticipantFields.countMax)
            fields.field("links", &links, max: LinkParticipants.countMax)
            fields.field("lineage", &lineage, max: LinkParticipants.countMax)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownParticipant
    }
}
