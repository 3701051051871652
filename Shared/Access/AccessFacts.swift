import Domain
import IntakeContracts
import Threads
import Wire

/// What a service knows of workspaces and channels: intake decides, `access.feed` carries it here, every decision reads it in memory.
public final class AccessFacts: @unchecked Sendable {  // Both tables are guarded by `lock`.
    public struct Workspace: Sendable, Equatable {
        public let onDeletion: DeletionInstruction
        public let isTerminated: Bool
    }

    public struct Channel: Sendable, Equatable {
        public let workspace: WorkspaceID
        public let account: Account
        public var features: Set<ChannelFeature> = []
        public var isEnded = false
    }

    private let lock = Lock()
    private var workspaces: [WorkspaceID: Workspace] = [:]
    private var channels: [ChannelID: Channel] = [:]

    public init() {}

    public func workspace(_ id: WorkspaceID) -> Workspace? { lock.withLock { workspaces[id] } }
    public func channel(_ id: ChannelID) -> Channel? { lock.withLock { channels[id] } }

    /// All accounts that a workspace ever connected: where its people may be met.
    public func accounts(of workspace: WorkspaceID) -> [Account] {
        lock.withLock { Set(channels.values.filter { $0.workspace == workspace }.map(\.account)).sorted() }
    }

    /// Facts come in order; each says how things stand from then on. Nobody sees them half taken.
    /// - Parameter anew: what was known before is forgotten.
    func take(_ facts: [AccessFact], anew: Bool = false) {
        lock.withLock {
            if anew {
                workspaces = [:]
                channels = [:]
            }
            for fact in facts { apply(fact) }
        }
    }

    private func apply(_ fact: AccessFact) {
        switch fact.kind {
        case .workspaceOpened: workspaces[fact.workspace] = Workspace(onDeletion: fact.onDeletion ?? .erase, isTerminated: false)
        case .workspaceTerminated:
            let instruction = workspaces[fact.workspace]?.onDeletion ?? .erase
            workspaces[fact.workspace] = Workspace(onDeletion: instruction, isTerminated: true)
        case .channelConnected, .channelEnded:
            guard let channel = fact.channel, let account = fact.account else { return }
            channels[channel] = Channel(workspace: fact.workspace, account: account, isEnded: fact.kind == .channelEnded)
        case .channelFeatures:
            if let channel = fact.channel { channels[channel]?.features = Set(fact.features ?? []) }
        }
    }
}
