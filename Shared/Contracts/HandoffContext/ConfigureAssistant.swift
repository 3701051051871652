import Domain
import Policy
import Wire

/// Sets what a workspace's assistant is called and told to do, and which model shortens its talks. The last word counts.
public struct ConfigureAssistant: WorkspaceRequest {
    public static let contract = Contract(
        "assistants.configure", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway],
        roles: [.owner, .admin])

    public var workspace = WorkspaceID()
    public var assistant = Assistant()
    /// Absent: none, and one that was plugged in is not asked any more.
    public var summariser: Summariser?

    public init() {}
    public init(workspace: WorkspaceID, assistant: Assistant, summariser: Summariser? = nil) {
        self.workspace = workspace
        self.assistant = assistant
        self.summariser = summariser
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("assistant", &assistant)
        fields.field("summariser", &summariser)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated
        /// The operator has not configured the summariser's host.
        case unknownHost
    }
}

/// A workspace's AI assistant as its customer configured it.
public struct Assistant: Fields, Equatable {
    /// As many as a person has.
    public static let fieldCountMax = 64

    public var name = ""
    public var prompt = ""
    /// Names of the customer's own fields of a person (`participants.setFields`) that the assistant is given; absent: none.
    public var fields: [String]?

    public init() {}
    public init(name: String, prompt: String, fields: [String]? = nil) {
        self.name = name
        self.prompt = prompt
        self.fields = fields
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: 100)
        fields.field("prompt", &prompt, max: 32_768)
        fields.field("fields", &self.fields, max: Assistant.fieldCountMax)
    }
}
