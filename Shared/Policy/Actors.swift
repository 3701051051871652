/// What somebody may act as (policy §5: role-based permissions).
public enum Role: String, CaseIterable, Sendable {
    case owner, admin, manager, agent
    /// Counts, no content.
    case analyst
    /// The AI; only the context of conversations that it holds.
    case assistant
    /// Health and metrics, no content.
    case `operator`
    /// Content only under a time-boxed grant by the workspace.
    case support
    /// Requests, holds, exports.
    case privacyOfficer
    /// Ledger and data map.
    case auditor

    /// Of a customer's own people; the others are Botseller's and belong to no workspace.
    public var isOfWorkspace: Bool {
        switch self {
        case .owner, .admin, .manager, .agent, .analyst, .assistant: true
        case .operator, .support, .privacyOfficer, .auditor: false
        }
    }

    /// What a call of this role is for. A method has one purpose; where it is to provide the service, support looks to support it.
    public func purpose(of method: Purpose) -> Purpose { self == .support && method == .provideService ? .supportCustomer : method }
}

/// Which kind of program connects. A contract lists the kinds that may call it.
public enum Peer: String, CaseIterable, Sendable {
    case intake
    case conversationStore = "conversation-store"
    case handoffContext = "handoff-context"
    case deletionCoordinator = "deletion-coordinator"
    /// `meshctl`.
    case `operator`
    /// Speaks for members: it passes their tokens.
    case gateway
    /// Delivers what a channel or a form sent.
    case connector
    /// Asks for contexts and records its replies.
    case assistant

    /// The mesh's own programs: their kind is their name. The others have names of their own (`meshctl peer add`).
    public static let ofMesh: [Peer] = [.intake, .conversationStore, .handoffContext, .deletionCoordinator, .operator]
    public static let ofOthers: [Peer] = [.gateway, .connector, .assistant]

    /// Of 256 connections these always find one free: who must look into a full mesh, and who must be able to delete.
    public var hasReservedConnections: Bool { self == .operator || self == .deletionCoordinator }
}

/// A program that proved at the hello who it is.
public struct ConnectedPeer: Sendable, Hashable {
    public let kind: Peer
    /// As in the names of its key files.
    public let name: String

    /// - Parameter name: nil for a program of the mesh, whose name says its kind.
    public init(_ kind: Peer, name: String? = nil) {
        self.kind = kind
        self.name = name ?? kind.rawValue
    }
}

/// The person or assistant for whom a peer calls, proved by a token.
public struct Actor: Sendable, Hashable {
    public let member: String
    public let role: Role
    /// nil for Botseller's own people.
    public let workspace: String?

    public init(member: String, role: Role, workspace: String?) {
        self.member = member
        self.role = role
        self.workspace = workspace
    }
}
