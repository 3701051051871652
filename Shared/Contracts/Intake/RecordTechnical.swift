import Domain
import Policy
import Wire

/// Tells what happened technically at the website or the workspace: errors, page views, sign-ins.
///
/// Of an address only the network is kept (/24 of IPv4, /48 of IPv6), unless the purpose is maintainSecurity and the kind needs all of it.
public struct RecordTechnical: Keyed, AnyWorkspaceRequest {
    public static let contract = Contract(
        "technical.record", purpose: .maintainSecurity, writes: [.technical, .security], repeats: .deduplicated,
        callers: [.operator, .gateway])
    public static let countMax = 500

    public var key = RequestKey()
    /// Absent for the public website.
    public var workspace: WorkspaceID?
    /// A purpose of the policy that technical data may serve, by its name.
    public var purpose = ""
    public var purposes: [DeclaredPurpose] { [DeclaredPurpose(purpose)] }
    public var events: [TechnicalEvent] = []

    public init() {}
    public init(key: RequestKey, workspace: WorkspaceID? = nil, purpose: String, events: [TechnicalEvent]) {
        self.key = key
        self.workspace = workspace
        self.purpose = purpose
        self.events = events
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("purpose", &purpose, max: 32)
        fields.field("events", &events, max: RecordTechnical.countMax)
    }

    public typealias Response = RecordedEvents

    public enum Refusal: String, RefusalReason {
        /// The policy knows no such purpose. One that technical data never serves is the fault `purposeForbidden`.
        case unknownPurpose
        case unknownWorkspace, workspaceTerminated
    }
}

public struct TechnicalEvent: Fields, Equatable {
    public enum Kind: String, WireWord {
        case error, pageView, performance
        // These are of security: kept for 12 months instead of 90 days, and with the whole address.
        case signIn, signInFailed, tokenRefused, requestRefused
    }

    public var kind = Kind.error
    /// A time that has yet to come counts as now.
    public var at = Timestamp()
    /// A numeric IPv4 or IPv6 address.
    public var address: String?
    public var browser: String?
    public var device: String?
    public var member: MemberID?

    public init() {}
    public init(
        _ kind: Kind, at: Timestamp, address: String? = nil, browser: String? = nil, device: String? = nil, member: MemberID? = nil
    ) {
        self.kind = kind
        self.at = at
        self.address = address
        self.browser = browser
        self.device = device
        self.member = member
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("at", &at)
        fields.field("address", &address, max: 64)
        fields.field("browser", &browser, max: 300)
        fields.field("device", &device, max: 100)
        fields.field("member", &member)
    }
}
