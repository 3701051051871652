import Domain
import Policy
import Wire

/// Connects an account of a platform to a workspace. The customer attests to have the rights, notices and consents (policy §4).
public struct ConnectChannel: Keyed, WorkspaceRequest {
    public static let contract = Contract(
        "channels.connect", purpose: .provideService, writes: [.account, .workspaceConfiguration], repeats: .deduplicated,
        callers: [.operator, .gateway], roles: [.owner, .admin, .operator])

    public var key = RequestKey()
    public var workspace = WorkspaceID()
    public var account = Account()
    public var attestation = Attestation()
    /// Who authorised the app at the platform; lets Meta's deletion callback find the connection.
    public var authorization: ChannelAuthorization?
    /// The WhatsApp business account that the number belongs to; without it the first signed delivery tells.
    public var business: String?
    /// Where a provider delivers instead of the platform: what it must present at the channel's own door, `/webhooks/channels/<channel>`.
    public var credential: WebhookCredential?

    public init() {}

    public init(
        key: RequestKey, workspace: WorkspaceID, account: Account, attestation: Attestation, authorization: ChannelAuthorization? = nil,
        business: String? = nil, credential: WebhookCredential? = nil
    ) {
        self.key = key
        self.workspace = workspace
        self.account = account
        self.attestation = attestation
        self.authorization = authorization
        self.business = business
        self.credential = credential
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("account", &account)
        fields.field("attestation", &attestation)
        fields.field("authorization", &authorization)
        fields.field("business", &business, max: 64)
        fields.field("credential", &credential)
    }

    public struct Response: Fields, Equatable {
        public var channel = ChannelID()
        /// The platform's own terms, to be read by the customer (policy §6).
        public var thirdPartyTerms = ""

        public init() {}
        public init(channel: ChannelID, thirdPartyTerms: String) {
            self.channel = channel
            self.thirdPartyTerms = thirdPartyTerms
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("channel", &channel)
            fields.field("thirdPartyTerms", &thirdPartyTerms, max: 200)
        }
    }

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated, accountConnected, attestationIncomplete, keyReused
    }
}

/// The customer's word that it may connect this channel: rights, notices, consents; who gave it, when, to which text.
public struct Attestation: Fields, Equatable {
    public var member = ""
    public var textVersion = ""
    public var attestedAt = Timestamp()
    public var rights = false
    public var notices = false
    public var consents = false

    public init() {}

    public init(member: String, textVersion: String, attestedAt: Timestamp, rights: Bool, notices: Bool, consents: Bool) {
        self.member = member
        self.textVersion = textVersion
        self.attestedAt = attestedAt
        self.rights = rights
        self.notices = notices
        self.consents = consents
    }

    /// What is said to whoever attests to less.
    public static let rule = "rights, notices and consents must be attested, by a member and to a text"

    public var isComplete: Bool { rights && notices && consents && !member.isEmpty && !textVersion.isEmpty }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("member", &member, max: 64)
        fields.field("textVersion", &textVersion, max: 32)
        fields.field("attestedAt", &attestedAt)
        fields.field("rights", &rights)
        fields.field("notices", &notices)
        fields.field("consents", &consents)
    }
}

/// The app, the app-scoped user that authorised it, and which member of the workspace that is.
public struct ChannelAuthorization: Fields, Equatable {
    public var app = ""
    public var user = ""
    public var member = ""

    public init() {}
    public init(app: String, user: String, member: String) {
        self.app = app
        self.user = user
        self.member = member
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("app", &app, max: 64)
        fields.field("user", &user, max: 64)
        fields.field("member", &member, max: 64)
    }
}
