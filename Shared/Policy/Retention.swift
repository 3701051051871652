/// How long which kind of data is kept (policy §5): the one table of defaults.
///
/// Bodies of the ledger have no rule of their own: each carries its subject's. Its commitments name nobody and stay.
public enum Retention: String, CaseIterable, Sendable {
    /// Messages, profiles, insights, handoff sessions.
    case messengerData
    /// The platforms don't tell when one is edited or deleted, so they have a clock of their own.
    case comments
    case handoffContext
    /// Accounts, companies, workspace configuration.
    case accountData
    /// What was consented to or attested, by whom and when.
    case consents
    case forms, support, usage, technical, security, billing
    /// That somebody asked for something, and what became of it.
    case requestRecords
    /// Who it was about.
    case requestIdentifiers
    case exports
    /// Gone as soon as it was handed on.
    case outbox
    case quarantine
    /// Digests by which a repeated delivery is known; platforms repeat for 7 days.
    case deliveryKeys
    /// Digests by which what comes late about a sent message finds it.
    case outgoingKeys
    /// Digests that keep erased data from coming back.
    case tombstones

    public var length: RetentionLength {
        switch self {
        case .messengerData, .outbox: .days(0)
        case .quarantine: .days(7)
        case .handoffContext, .requestIdentifiers, .exports, .deliveryKeys: .days(30)
        case .tombstones: .days(37)
        case .accountData, .technical, .outgoingKeys: .days(90)
        case .comments, .forms, .security: .months(12)
        case .usage: .months(13)
        case .support, .requestRecords: .months(24)
        case .consents: .years(3)
        case .billing: .years(6)
        }
    }

    /// From when the length counts.
    public var start: RetentionStart {
        switch self {
        case .messengerData, .accountData, .consents, .billing: .agreementEnd
        case .handoffContext: .conversationClose
        case .comments, .forms, .support, .usage, .technical, .security, .exports, .quarantine, .deliveryKeys, .outgoingKeys: .recording
        case .requestRecords, .requestIdentifiers: .completion
        case .outbox: .delivery
        case .tombstones: .lastCopy
        }
    }

    /// Whether a workspace may ask for less: it may of its messenger data, which is processed by its instruction (policy §4). All else is
    /// Botseller's own to answer for, or a law's.
    public var workspaceMayShorten: Bool {
        switch self {
        case .messengerData, .comments, .handoffContext: true
        case .accountData, .consents, .forms, .support, .usage, .technical, .security, .billing, .requestRecords, .requestIdentifiers,
            .exports, .outbox, .quarantine, .deliveryKeys, .outgoingKeys, .tombstones:
            false
        }
    }

    /// The longest that a workspace may say, in days; nil where only the agreement's end bounds it.
    public var workspaceDaysMax: Int64? { start == .agreementEnd ? nil : length.days }
}

public enum RetentionLength: Equatable, Sendable {
    case days(Int64)
    case months(Int64)
    case years(Int64)

    /// A year has 365 days here, a month a twelfth of it: never longer than the calendar's year.
    public var days: Int64 {
        switch self {
        case .days(let count): count
        case .months(let count): count * 365 / 12
        case .years(let count): count * 365
        }
    }

    public var milliseconds: Int64 { days * 86_400_000 }
}

/// What must have happened before a retention's length counts.
public enum RetentionStart: String, CaseIterable, Sendable {
    case agreementEnd, conversationClose
    /// The row's own time.
    case recording
    /// Of the request.
    case completion
    case delivery
    /// The later of the channel's end and the expiry of the last backup that may hold what was erased.
    case lastCopy
}

extension Retention: CustomStringConvertible {
    /// For people, as the end of the sentence "it is kept …".
    public var description: String {
        switch start {
        case .agreementEnd: length == .days(0) ? "until the agreement ends" : "until \(length) after the agreement ends"
        case .conversationClose: "until \(length) after the conversation is closed"
        case .recording: "for \(length)"
        case .completion: "until \(length) after the request is completed"
        case .delivery: "until it is handed on"
        case .lastCopy: "until \(length) after the channel's end and the expiry of the last backup"
        }
    }
}

extension RetentionLength: CustomStringConvertible {
    public var description: String {
        switch self {
        case .days(let count): "\(count) days"
        case .months(let count): "\(count) months"
        case .years(let count): "\(count) years"
        }
    }
}
