import Domain
import Policy
import Wire

/// What an assistant or a person needs to carry a conversation on, under a budget. Every line cites the messages it comes from.
public struct ReadContext: WorkspaceRequest {
    public static let contract = Contract(
        "handoff.context", purpose: .provideService, reads: [.communication, .profile, .workspaceConfiguration], repeats: .harmless,
        deadlineMilliseconds: 8000, callers: [.operator, .gateway, .assistant], roles: [.owner, .admin, .manager, .agent, .assistant])

    public enum Audience: String, WireWord { case assistant, human }

    public var workspace = WorkspaceID()
    public var conversation = ConversationID()
    public var audience = Audience.assistant
    /// In tokens; a token is counted as 4 bytes of UTF-8.
    public var tokenBudget: Int64 = 0

    public init() {}
    public init(workspace: WorkspaceID, conversation: ConversationID, audience: Audience, tokenBudget: Int64) {
        self.workspace = workspace
        self.conversation = conversation
        self.audience = audience
        self.tokenBudget = tokenBudget
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("conversation", &conversation)
        fields.field("audience", &audience)
        fields.field("tokenBudget", &tokenBudget, 1...1_000_000)
    }

    public typealias Response = HandoffContext

    public enum Refusal: String, RefusalReason {
        case unknownConversation, workspaceTerminated
        /// A person carries it on: an assistant is given nothing, and may not answer.
        case heldByPerson
        /// Until the person writes again nothing is to be answered.
        case conversationClosed
        /// What is given whole takes more than the budget.
        case budgetTooSmall
        /// The person's data is stored and nothing else.
        case participantRestricted
    }
}

/// The context itself: the assistant's configuration, whom it talks with, and what was said; every derived line cites its messages.
///
/// What counts against the budget is the bytes of every text that is given. What is needed most goes first: the assistant's configuration
/// and the person's names and numbers, whole; the 4 newest messages; open questions; the customer's own fields of the person, by name; key
/// facts, the newest first; the summary; older messages backwards. The first item that doesn't fit ends the context, so that a greater budget never costs anything that a smaller one
/// gave; where it is one of the 4 newest messages, its beginning is given, and `…`. `lines` is always the end of the talk without a gap,
/// oldest first. The same conversation gives the same context, except for what a model writes.
public struct HandoffContext: Fields, Equatable {
    public var conversation = ConversationID()
    /// Absent until the workspace configured one.
    public var assistant: Assistant?
    public var participant = ContextParticipant()
    /// What the customer keeps of the person in fields of its own: of an assistant's, those that its configuration names, and a value by
    /// which the person could be reached is masked.
    public var fields: [ParticipantField] = []
    /// Absent where it can't be told.
    public var language: ContextLanguage?
    /// Absent where nothing was said before the newest messages.
    public var summary: ContextSummary?
    public var facts: [ContextFact] = []
    /// What the person asked since anybody answered last.
    public var openQuestions: [ContextLine] = []
    public var lines: [ContextLine] = []
    /// Messages that did not fit the budget, of the last 50.
    public var omitted: Int64 = 0
    public var state = HandoffState.bot
    /// Why a person was asked for, while one is needed or there.
    public var ask: HandoffAsk?
    /// The assistant's right to answer, once; a person's comes with `handoff.accept`.
    public var lease: GivenLease?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("conversation", &conversation)
        fields.field("assistant", &assistant)
        fields.field("participant", &participant)
        fields.field("fields", &self.fields, max: Assistant.fieldCountMax)
        fields.field("language", &language)
        fields.field("summary", &summary)
        fields.field("facts", &facts, max: 50)
        fields.field("openQuestions", &openQuestions, max: 20)
        fields.field("lines", &lines, max: 200)
        fields.field("omitted", &omitted, 0...Int64.max)
        fields.field("state", &state)
        fields.field("ask", &ask)
        fields.field("lease", &lease)
    }
}

/// The person, with direct identifiers masked for an assistant.
public struct ContextParticipant: Fields, Equatable {
    public var id = ParticipantID()
    public var name: String?
    public var username: String?
    public var phone: String?

    public init() {}

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("id", &id)
        fields.field("name", &name, max: 200)
        fields.field("username", &username, max: 160)
        fields.field("phone", &phone, max: 32)
    }
}
