import Domain
import Policy
import Wire

/// Whom an erasure is about: all the names of one person in one workspace, whoever authorised a connection, or whoever can be reached by
/// what they left in a form.
///
/// Holders add what they know (`holder.collect`) until nothing new comes: the closure.
public struct Subject: Fields, Equatable {
    /// What holders keep of people, one of them this and another that: of these an erasure takes rows or clears columns.
    public static let categories: [Category] = [
        .account, .contact, .company, .support, .usage, .technical, .security, .communication, .profile
    ]
    public static let listMax = 1024
    public static let searchableBytesMin = 6

    /// What an erasure takes of somebody who stays.
    public enum Part: String, WireWord {
        /// What was said in these conversations until the cut-off.
        case conversations
        /// These messages, with what was done to them.
        case messages
        /// All that came by the channel, whoever it is of.
        case channel
    }

    public var workspace = WorkspaceID()
    public var aliases: [Alias] = []
    /// The workspace's accounts on which the person may be met.
    public var accounts: [Account] = []
    public var participants: [ParticipantID] = []
    public var conversations: [ConversationID] = []
    public var messages: [MessageID]?
    /// Set where the subject is the member whose authorisation connected a channel.
    public var authorization: Authorization?
    /// Of a person who wrote to Botseller itself: of no workspace.
    public var contacts: [Contact] = []
    /// Of the workspace; of Botseller itself where it is nobody's.
    public var members: [MemberID] = []
    /// All that came by the workspace's channels, whoever it is of.
    public var isWhole: Bool?
    /// What came by this channel alone; of a conversation, the one that it is on.
    public var channel: ChannelID?
    /// Set where it is no whole person: `aliases` say then whose it is, and they themselves stay.
    public var part: Part?
    /// What began later is a new relationship and nobody's to erase; absent while the erasing has not begun.
    public var cutoff: Timestamp?

    public init() {}

    public init(
        workspace: WorkspaceID, aliases: [Alias] = [], authorization: Authorization? = nil, contacts: [Contact] = [],
        members: [MemberID] = []
    ) {
        self.workspace = workspace
        self.aliases = aliases
        self.authorization = authorization
        self.contacts = contacts
        self.members = members
    }

    /// All that came by a channel.
    public init(channel: ChannelID, of workspace: WorkspaceID, cutoff: Timestamp? = nil) {
        self.workspace = workspace
        self.channel = channel
        self.cutoff = cutoff
        part = .channel
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("aliases", &aliases, max: Subject.listMax)
        fields.field("accounts", &accounts, max: Subject.listMax)
        fields.field("participants", &participants, max: Subject.listMax)
        fields.field("conversations", &conversations, max: Subject.listMax)
        fields.field("messages", &messages, max: Subject.listMax)
        fields.field("authorization", &authorization)
        fields.field("contacts", &contacts, max: Subject.listMax)
        fields.field("members", &members, max: Subject.listMax)
        fields.field("isWhole", &isWhole)
        fields.field("channel", &channel)
        fields.field("part", &part)
        fields.field("cutoff", &cutoff)
    }

    /// It may be more than one answer's time is enough for, and is erased portion by portion.
    public var isMany: Bool { isWhole == true || part == .channel }

    /// Names that may be looked for in any bytes. Not usernames: people choose them, and one may be a word like others; shorter names
    /// stand in other words and numbers by chance.
    public var searchableNames: Set<String> {
        Set(aliases.filter { $0.kind != .username && $0.value.utf8.count >= Subject.searchableBytesMin }.map(\.value))
    }

    /// Whether something that happened then belongs to the subject.
    public func covers(_ time: Timestamp) -> Bool { cutoff.map { time <= $0 } ?? true }

    /// Takes over what another holder knows; equal knowledge gives equal values, whatever the order.
    public mutating func formUnion(_ other: Subject) {
        aliases = Set(aliases).union(other.aliases).sorted()
        accounts = Set(accounts).union(other.accounts).sorted()
        participants = Set(participants).union(other.participants).sorted()
        conversations = Set(conversations).union(other.conversations).sorted()
        contacts = Set(contacts).union(other.contacts).sorted()
        members = Set(members).union(other.members).sorted()
        channel = channel ?? other.channel
    }
}

/// Who authorised an app for a channel, as the platform names them to that app.
public struct Authorization: Fields, Hashable {
    public var app = ""
    /// App-scoped: not the id of anybody who writes messages.
    public var user = ""

    public init() {}

    public init(app: String, user: String) {
        self.app = app
        self.user = user
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("app", &app, max: 64)
        fields.field("user", &user, max: 64)
    }
}
