import Domain
import Policy
import Wire

/// Sets what a workspace's assistant is called and told to do. The last word counts.
public struct ConfigureAssistant: WorkspaceRequest {
    public static let contract = Contract(
        "assistants.configure", purpose: .provideService, writes: [.workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway],
        roles: [.owner, .admin])

    public var workspace = WorkspaceID()
    public var assistant = Assistant()

    public init() {}
    public init(workspace: WorkspaceID, assistant: Assistant) {
        self.workspace = workspace
        self.assistant = assistant
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("workspace", &workspace)
        fields.field("assistant", &assistant)
    }

    public typealias Response = Empty

    public enum Refusal: String, RefusalReason {
        case unknownWorkspace, workspaceTerminated
    }
}

/// A workspace's AI assistant as its customer configured it.
public struct Assistant: Fields, Equatable {
    public var name = ""
    public var prompt = ""

    public init() {}
    public init(name: String, prompt: String) {
        self.name = name
        self.prompt = prompt
    }

    public mutating func visit(_ fields: inout FieldVisitor) {
        fields.field("name", &name, max: 100)
        fields.field("prompt", &prompt, max: 32_768)
    }
}
