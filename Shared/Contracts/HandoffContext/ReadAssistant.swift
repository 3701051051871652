import Domain
import Policy
import Wire

/// What a workspace's assistant is called and told to do, and which model shortens its talks.
public struct ReadAssistant: WorkspaceRequest {
    public static let contract = Contract(
        "assistants.read", purpose: .provideService, reads: [.workspaceConfiguration], repeats: .harmless, callers: [.operator, .gateway],
        roles: [.owner, .admin, .manager])

    public var workspace = WorkspaceID()

    public init() {}
    public init(workspace: WorkspaceID) { self.workspace = workspace }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    public struct Response: Fields, Equatable {
        /// Absent until the workspace configured one.
        public var assistant: Assistant?
        public var summariser: Summariser?

        public init() {}
        public init(assistant: Assistant?, summariser: Summariser?) {
            self.assistant = assistant
            self.summariser = summariser
        }

        public mutating func visit(_ fields: inout FieldVisitor) {
            fields.field("assistant", &assistant)
            fields.field("summariser", &summariser)
        }
    }
}
