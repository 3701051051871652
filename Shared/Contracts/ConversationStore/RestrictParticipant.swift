import Domain
import Policy
import Wire

/// Restricts what is done with a person's data, or lifts that (GDPR Art. 18): stored, and nothing else. No context, no search, no
/// automation.
public struct RestrictParticipant: WorkspaceRequest {
    public static let contract = Contract(
        "participants.restrict", purpose: .complyWithObligation, writes: [.profile], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .privacyOfficer])

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()
    public var restricted = false

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID, restricted: Bool) {
        self.workspace = workspace
        self.participant = participant
        self.restricted = restricted
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
        fields.field("restricted", &restricted)
    }

    public struct Response: Fields, Equatable {
        /// Since when; absent when nothing is restricted.
        public var restrictedAt: Timestamp?

        public init() {}
        public init(restrictedAt: Timestamp?) { self.restrictedAt = restrictedAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("restrictedAt", &restrictedAt) }
    }

    public enum Refusal: String, RefusalReason {
        case unknownParticipant
    }
}
