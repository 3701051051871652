/// Who may act in a workspace or on the platform (policy §5: role-based permissions).
public enum Role: String, CaseIterable, Sendable {
    case owner, admin, manager, agent, analyst, assistant
    case `operator`, support, privacyOfficer, auditor
}

/// A program that may connect. A contract lists who may call it.
public enum Peer: String, CaseIterable, Sendable {
    case intake
    case conversationStore = "conversation-store"
    case handoffContext = "handoff-context"
    case deletionCoordinator = "deletion-coordinator"
    /// `meshctl`.
    case `operator`

    /// Of 256 connections these always find one free: who must look into a full mesh, and who must be able to delete.
    public var hasReservedConnections: Bool { self == .operator || self == .deletionCoordinator }
}
