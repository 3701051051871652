import Domain
import Policy
import Wire

/// Tells what was done with the product: which kind of thing, when, perhaps by which member. Not what it was about.
public struct RecordUsage: Keyed, WorkspaceRequest {
    public static let contract = Contract(
        "usage.record", purpose: .provideService, writes: [.usage], repeats: .deduplicated, callers: [.operator, .gateway, .connector])
    public static let countMax = 500

    public var key = RequestKey()
    public var workspace = WorkspaceID()
    public var events: [UsageEvent] = []
    /// The consent to improveProduct of the one member whom all the events are of, where they rest on one.
    public var consent: ConsentID?

    public init() {}
    public init(key: RequestKey, workspace: WorkspaceID, events: [UsageEvent], consent: ConsentID? = nil) {
        self.key = key
        self.workspace = workspace
        self.events = events
        self.consent = consent
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("events", &events, max: RecordUsage.countMax)
        fields.field("consent", &consent)
    }

    public typealias Response = RecordedEvents

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated
        /// Not recorded, not of these events' member, or for another purpose.
        case unknownConsent
        case consentWithdrawn
    }
}

public struct UsageEvent: Fields, Equatable {
    public var kind = EventKind()
    /// A time that has yet to come counts as now.
    public var at = Timestamp()
    public var member: MemberID?

    public init() {}
    public init(_ kind: EventKind, at: Timestamp, member: MemberID? = nil) {
        self.kind = kind
        self.at = at
        self.member = member
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("kind", &kind)
        fields.field("at", &at)
        fields.field("member", &member)
    }
}

/// A word for what happened, chosen by whoever tells of it: `conversation.opened`. Never made from what a person wrote or is called.
public struct EventKind: NameIdentifier {
    public var rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
}

/// What became of a batch of events.
public struct RecordedEvents: Fields, Equatable {
    /// 0 for a repeat.
    public var recorded: Int64 = 0
    /// Their member was erased, and they are older than that.
    public var keptOut: Int64 = 0

    public init() {}
    public init(recorded: Int64, keptOut: Int64) {
        self.recorded = recorded
        self.keptOut = keptOut
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("recorded", &recorded, 0...Int64.max)
        fields.field("keptOut", &keptOut, 0...Int64.max)
    }
}
