import Domain
import IntakeContracts
import Policy
import Threads
import Wire

/// What a service knows of workspaces, channels, members and programs: intake decides, `access.feed` carries it here, every decision
/// reads it in memory.
public final class AccessFacts: @unchecked Sendable {  // All tables are guarded by `lock`.
    public struct Workspace: Sendable, Equatable {
        public var instructions: Instructions
        public var isTerminated = false
    }

    public struct Channel: Sendable, Equatable {
        public let workspace: WorkspaceID
        public let account: Account
        public var features: Set<ChannelFeature> = []
        public var endedAt: Timestamp?
        public var isEnded: Bool { endedAt != nil }
    }

    public struct Integration: Sendable, Equatable {
        public let workspace: WorkspaceID
        public let kind: IntegrationKind
        public var isEnded = false
    }

    public struct Member: Sendable, Equatable {
        public let workspace: WorkspaceID?
        public let role: Role
        public let generation: Int64
    }

    public struct Program: Sendable, Equatable {
        public let kind: Peer
        /// The only one that it may speak for; nil: any.
        public let workspace: WorkspaceID?
        /// Removed and added again under its name, it is another program, with other keys.
        public let addedAt: Timestamp
    }

    private let lock = Lock()
    private var workspaces: [WorkspaceID: Workspace] = [:]
    private var channels: [ChannelID: Channel] = [:]
    private var integrations: [IntegrationID: Integration] = [:]
    private var members: [MemberID: Member] = [:]
    private var programs: [String: Program] = [:]
    private var onLeave: @Sendable (Set<String>) -> Void = { _ in }
    private var onTermination: @Sendable () -> Void = {}

    public init() {}

    /// From now on `body` hears the names of programs that were removed, or are others by now.
    func whenProgramsLeave(_ body: @escaping @Sendable (Set<String>) -> Void) { lock.withLock { onLeave = body } }

    /// From now on `body` is told when an agreement has ended.
    public func whenWorkspacesTerminate(_ body: @escaping @Sendable () -> Void) { lock.withLock { onTermination = body } }

    public func workspace(_ id: WorkspaceID) -> Workspace? { lock.withLock { workspaces[id] } }
    public func channel(_ id: ChannelID) -> Channel? { lock.withLock { channels[id] } }
    public func integration(_ id: IntegrationID) -> Integration? { lock.withLock { integrations[id] } }
    public func member(_ id: MemberID) -> Member? { lock.withLock { members[id] } }
    public func program(_ name: String) -> Program? { lock.withLock { programs[name] } }

    /// All accounts that a workspace ever connected: where its people may be met.
    public func accounts(of workspace: WorkspaceID) -> [Account] {
        lock.withLock { Set(channels.values.filter { $0.workspace == workspace }.map(\.account)).sorted() }
    }

    /// Those whose agreements have ended.
    public var terminatedWorkspaces: [WorkspaceID] { lock.withLock { workspaces.filter(\.value.isTerminated).map(\.key).sorted() } }

    /// Channels that ended by then and whose account their workspace has not connected again, nor ended later; each with the time of its
    /// end. Not those of an agreement that ended: of it all is erased.
    public func channels(endedBy time: Timestamp) -> [(id: ChannelID, workspace: WorkspaceID, endedAt: Timestamp)] {
        lock.withLock {
            channels.compactMap { id, channel in
                let kept = channels.values.contains {
                    $0.workspace == channel.workspace && $0.account == channel.account && ($0.endedAt ?? .init(rawValue: .max)) > time
                }
                guard let endedAt = channel.endedAt, !kept, workspaces[channel.workspace]?.isTerminated != true else { return nil }
                return (id, channel.workspace, endedAt)
            }.sorted { $0.id < $1.id }
        }
    }

    /// Those that ever had an account of a platform: where somebody whom it names may be known.
    public func workspaces(on platform: Platform) -> [WorkspaceID] {
        lock.withLock { Set(channels.values.filter { $0.account.platform == platform }.map(\.workspace)).sorted() }
    }

    /// Those whose counts may not serve to improve the product.
    public var workspacesNotImproving: [WorkspaceID] {
        lock.withLock { workspaces.filter { !$0.value.instructions.improvesProduct }.map(\.key) }
    }

    /// Whether phones, e-mail addresses and names are masked for who asks. A workspace that is not known yet has instructed nothing, and
    /// so its agents see masks.
    public func hidesContacts(from actor: Actor?, in workspace: WorkspaceID) -> Bool {
        switch actor?.role {
        case .support: true
        case .agent: self.workspace(workspace)?.instructions.agentsSeeContacts != true
        case nil, .owner, .admin, .manager, .analyst, .assistant, .operator, .privacyOfficer, .auditor: false
        }
    }

    /// Facts come in order; each says how things stand from then on. Nobody sees them half taken.
    /// - Parameter anew: what was known before is forgotten.
    public func take(_ facts: [AccessFact], anew: Bool = false) {
        let (left, onLeave) = lock.withLock {
            let before = programs
            if anew {
                workspaces = [:]
                channels = [:]
                integrations = [:]
                members = [:]
                programs = [:]
            }
            for fact in facts { apply(fact) }
            return (Set(before.filter { programs[$0.key] != $0.value }.keys), self.onLeave)
        }
        if !left.isEmpty { onLeave(left) }
        if facts.contains(where: { $0.kind == .workspaceTerminated }) { lock.withLock { onTermination }() }
    }

    /// A fact without the part that its kind is about comes from a newer intake: it says nothing to us.
    private func apply(_ fact: AccessFact) {
        switch fact.kind {
        case .workspaceOpened, .workspaceInstructed:
            guard let workspace = fact.workspace, let instructions = fact.instructions else { return }
            workspaces[workspace, default: Workspace(instructions: instructions)].instructions = instructions
        case .workspaceTerminated:
            guard let workspace = fact.workspace else { return }
            workspaces[workspace, default: Workspace(instructions: Instructions())].isTerminated = true
        case .channelConnected, .channelEnded:
            guard let workspace = fact.workspace, let channel = fact.channel, let account = fact.account else { return }
            channels[channel] = Channel(workspace: workspace, account: account, endedAt: fact.kind == .channelEnded ? fact.at : nil)
        case .channelFeatures:
            if let channel = fact.channel { channels[channel]?.features = Set(fact.features ?? []) }
        case .integrationConnected, .integrationEnded:
            guard let workspace = fact.workspace, let integration = fact.integration else { return }
            integrations[integration.integration] = Integration(
                workspace: workspace, kind: integration.kind, isEnded: fact.kind == .integrationEnded)
        case .memberSet:
            guard let member = fact.member else { return }
            members[member.member] = Member(workspace: fact.workspace, role: member.role, generation: member.generation)
        case .memberRemoved:
            if let member = fact.member { members[member.member] = nil }
        case .peerAdded:
            if let peer = fact.peer { programs[peer.name] = Program(kind: peer.kind, workspace: fact.workspace, addedAt: fact.at) }
        case .peerRemoved:
            if let peer = fact.peer { programs[peer.name] = nil }
        }
    }
}
