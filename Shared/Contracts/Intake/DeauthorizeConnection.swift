import Domain
import Policy
import Wire

/// The business took the app's permission back at Meta: the channels that this user of the app connected end, in whichever workspace, and
/// their erasure falls due unless they are connected again. Source: Meta for Developers, "Deauthorize Callback".
public struct DeauthorizeConnection: Request {
    public static let contract = Contract(
        "channels.deauthorize", purpose: .complyWithObligation, reads: [.account], writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.deletionCoordinator])

    /// As `channels.connect` names it.
    public var app = ""
    /// App-scoped.
    public var user = ""
    /// When Meta said so: what was connected later stays, however late the callback comes again.
    public var at = Timestamp()

    public init() {}
    public init(app: String, user: String, at: Timestamp) {
        self.app = app
        self.user = user
        self.at = at
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("app", &app, max: 64)
        fields.field("user", &user, max: 64)
        fields.field("at", &at)
    }

    public struct Response: Fields, Equatable {
        /// Channels that this user ever connected.
        public var known: Int64 = 0
        /// Those that ended now.
        public var ended: Int64 = 0

        public init() {}
        public init(known: Int64, ended: Int64) {
            self.known = known
            self.ended = ended
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("known", &known, 0...Int64.max)
            fields.field("ended", &ended, 0...Int64.max)
        }
    }
}
