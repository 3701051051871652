import Domain
import Policy
import Wire

/// Sets what the customer keeps of a person in fields of its own (CRM). A field without a value is removed; those that are not named
/// stay.
public struct SetParticipantFields: WorkspaceRequest {
    public static let contract = Contract(
        "participants.setFields", purpose: .provideService, writes: [.profile], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager, .agent])
    /// Of one participant.
    public static let countMax = 64

    public var workspace = WorkspaceID()
    public var participant = ParticipantID()
    public var fields: [ParticipantField] = []

    public init() {}
    public init(workspace: WorkspaceID, participant: ParticipantID, fields: [ParticipantField]) {
        self.workspace = workspace
        self.participant = participant
        self.fields = fields
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("participant", &participant)
        fields.field("fields", &self.fields, max: SetParticipantFields.countMax)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownParticipant
        /// A participant has 64 at most.
        case tooManyFields
        /// A field has one value of one type, and stands once.
        case twoValues
    }
}
