import Domain
import Policy
import Wire

/// Makes a token for a member whom the caller has signed in: what an envelope's `actor` carries. Programs' own work, and so without an
/// actor; a gateway that speaks for one workspace gets tokens for its members only. Each one that the operator gets is a disclosure on
/// record (`disclosures.list`), for the workspace's owner to see.
public struct IssueToken: AnyWorkspaceRequest {
    public static let contract = Contract(
        "members.issueToken", purpose: .provideService, reads: [.account], repeats: .harmless, callers: [.operator, .gateway])
    public static let secondsMin: Int64 = 10
    public static let secondsMax: Int64 = 900

    public var workspace: WorkspaceID?
    public var member = MemberID()
    /// How long it lives.
    public var seconds: Int64 = IssueToken.secondsMax

    public init() {}
    public init(workspace: WorkspaceID?, member: MemberID, seconds: Int64 = IssueToken.secondsMax) {
        self.workspace = workspace
        self.member = member
        self.seconds = seconds
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("member", &member)
        fields.field("seconds", &seconds, IssueToken.secondsMin...IssueToken.secondsMax)
    }

    public struct Response: Fields, Equatable {
        /// A secret: whoever holds it acts as the member.
        public var token = ""
        public var expiresAt = Timestamp()

        public init() {}
        public init(token: String, expiresAt: Timestamp) {
            self.token = token
            self.expiresAt = expiresAt
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("token", &token, max: 256)
            fields.field("expiresAt", &expiresAt)
        }
    }

    public enum Refusal: String, RefusalReason { case unknownMember }
}
