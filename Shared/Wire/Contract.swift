import Policy

/// What a method promises and demands, stated once beside its fields.
public struct Contract: Sendable {
    /// Whether a caller that heard no answer may send the request again.
    public enum Repeats: String, Sendable {
        /// Reading, or writing the same thing twice is writing it once.
        case harmless
        /// The receiver knows a repeat by the request's key.
        case deduplicated
        case forbidden
    }

    public let method: String
    public let purpose: Purpose
    public let reads: [Category]
    public let writes: [Category]
    public let repeats: Repeats
    /// How long a caller waits unless it says otherwise.
    public let deadlineMilliseconds: Int64
    public let callers: [Peer]
    public let roles: [Role]
    /// What stands between id and body in the envelope of nearly all calls.
    @usableFromInline let usualHead: [UInt8]

    public init(
        _ method: String, purpose: Purpose, reads: [Category] = [], writes: [Category] = [], repeats: Repeats,
        deadlineMilliseconds: Int64 = 2000, callers: [Peer], roles: [Role] = []
    ) {
        self.method = method
        self.purpose = purpose
        self.reads = reads
        self.writes = writes
        self.repeats = repeats
        self.deadlineMilliseconds = deadlineMilliseconds
        self.callers = callers
        self.roles = roles
        usualHead = Envelope.usualHead(method: method, timeout: deadlineMilliseconds)
    }
}

/// A reason for which the domain says no; part of the contract.
public typealias RefusalReason = WireWord & Error

/// For requests that the domain never refuses.
public enum NoRefusal: String, RefusalReason, CaseIterable {
    /// Stands for a reason that the other side knows and we don't; never sent.
    case unknown
}

/// A message that asks for something: one file declares it, and server, client, tests and catalogue all follow from that.
public protocol Request: Fields {
    associatedtype Response: Fields
    associatedtype Refusal: RefusalReason = NoRefusal
    static var contract: Contract { get }
    /// The key by which a repeat is known; it travels in the envelope. nil for requests that are not `Keyed`.
    var requestKey: RequestKey? { get set }
    /// The workspace whose data the request is about; nil: none, or all.
    var scope: String? { get }
    /// For what the request wants data to serve, in its sender's words; none of them may be a never-purpose.
    var purposes: [DeclaredPurpose] { get }
}

extension Request {
    public var requestKey: RequestKey? {
        get { nil }
        set {}
    }
    public var scope: String? { nil }
    public var purposes: [DeclaredPurpose] { [] }
}

/// A request whose repeat is known by its key.
public protocol Keyed: Request {
    var key: RequestKey { get set }
}

extension Keyed {
    public var requestKey: RequestKey? {
        get { key }
        set { key = newValue ?? key }
    }
}

/// Chosen by the caller, the same for each repeat of one request, different for every other: 1 to 64 of `[A-Za-z0-9._:-]`.
///
/// Receivers keep keys in clear, and no erasure looks for people in them: a key must not be made from personal data, nor from a plain
/// digest of some. Random bytes, or numbers of the caller's own rows, are right.
public struct RequestKey: WireValue, Hashable {
    public static let lengthMax = 64
    public var rawValue = ""

    public init() {}
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Whether a receiver will take it.
    public var isWellFormed: Bool { (1...RequestKey.lengthMax).contains(rawValue.utf8.count) && Alphabet.name.allows(rawValue) }

    public mutating func visitValue(_ visitor: inout FieldVisitor) {
        visitor.text(&rawValue, min: 1, max: RequestKey.lengthMax, of: .name)
    }
}

/// How a call ended for who made it.
public enum Outcome<R: Request>: Sendable {
    case ok(R.Response)
    case refused(R.Refusal, message: String)
    case fault(Fault)
}
