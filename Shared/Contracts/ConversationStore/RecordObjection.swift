import Domain
import Policy
import Wire

/// Records that a person objects to marketing, or no longer does (GDPR Art. 21), however they said it; the last word counts. It outlives
/// an erasure as a keyed digest: who comes back still objects.
public struct RecordObjection: WorkspaceRequest {
    public static let contract = Contract(
        "participants.objection", purpose: .complyWithObligation, writes: [.profile], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent, .privacyOfficer])

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()
    public var objects = false
    /// When they said so; not in the future.
    public var at = Timestamp()

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID, objects: Bool, at: Timestamp) {
        self.workspace = workspace
        self.participant = participant
        self.objects = objects
        self.at = at
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
        fields.field("objects", &objects)
        fields.field("at", &at)
    }

    public struct Response: Fields, Equatable {
        /// Since when they object; absent while they don't.
        public var marketingObjectionAt: Timestamp?

        public init() {}
        public init(marketingObjectionAt: Timestamp?) { self.marketingObjectionAt = marketingObjectionAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("marketingObjectionAt", &marketingObjectionAt) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownParticipant
    }
}
