import Domain
import Policy
import Wire

/// Says that whoever asks for a deletion is the person: the privacy officer with a record of how they made sure, or intake with the code
/// of the public page, which somebody has sent in a chat. A code names its sender in that one channel and nobody else.
public struct ConfirmIdentity: Request {
    public static let contract = Contract(
        "deletions.confirmIdentity", purpose: .complyWithObligation, writes: [.profile, .security], repeats: .harmless,
        callers: [.intake, .operator, .gateway], roles: [.privacyOfficer])
    public static let codeLengthMax = 64

    /// Of the officer's record.
    public var deletion: DeletionID?
    public var identity: RequestDeletion.IdentityRecord?
    /// As the page showed it.
    public var code: String?
    public var sender: ChatSender?

    public init() {}

    public init(deletion: DeletionID, identity: RequestDeletion.IdentityRecord) {
        self.deletion = deletion
        self.identity = identity
    }

    public init(code: String, sender: ChatSender) {
        self.code = code
        self.sender = sender
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("deletion", &deletion)
        fields.field("identity", &identity)
        fields.field("code", &code, min: 1, max: ConfirmIdentity.codeLengthMax)
        fields.field("sender", &sender)
    }

    /// As it stands then.
    public typealias Response = Deletion
    public typealias Refusal = DecisionRefusal
}

/// Who sent something in a chat, as the platform names them to the account.
public struct ChatSender: Fields, Hashable {
    public var workspace = WorkspaceID()
    public var alias = Alias()

    public init() {}
    public init(workspace: WorkspaceID, alias: Alias) {
        self.workspace = workspace
        self.alias = alias
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("alias", &alias)
    }
}
