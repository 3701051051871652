import Domain
import Policy
import Wire

/// Ends a customer's agreement: its channels end at once, nothing more is taken in, and after 14 days everything that came by them is
/// erased everywhere. Until then `deletions.cancel` keeps the data, and an export can be had.
public struct TerminateWorkspace: WorkspaceRequest {
    public static let contract = Contract(
        "workspaces.terminate", purpose: .provideService, writes: [.account, .workspaceConfiguration], repeats: .harmless,
        callers: [.operator, .gateway], roles: [.owner, .operator])

    public var workspace = WorkspaceID()

    public init() {}
    public init(workspace: WorkspaceID) { self.workspace = workspace }

    public mutating func visit(_ fields: inout FieldVisitor) { fields.field("workspace", &workspace) }

    public struct Response: Fields, Equatable {
        /// Of one that had ended before, when that was.
        public var terminatedAt = Timestamp()

        public init() {}
        public init(terminatedAt: Timestamp) { self.terminatedAt = terminatedAt }

        public mutating func visit(_ fields: inout FieldVisitor) { fields.field("terminatedAt", &terminatedAt) }
    }

    public enum Refusal: String, RefusalReason { case unknownWorkspace }
}
