import Domain
import IntakeContracts
import Threads

/// One channel as intake knows it.
struct Channel: Sendable, Equatable {
    let id: ChannelID
    let workspace: WorkspaceID
    let account: Account
    var features: Set<ChannelFeature> = []
    var isEnded = false
}

/// Which channel an account belongs to, in memory. The tables have the last word: every write asks them whether the channel still lives.
final class ChannelDirectory: @unchecked Sendable {  // Both tables are guarded by `lock`.
    private let lock = Lock()
    private var byID: [ChannelID: Channel] = [:]
    private var byAccount: [Account: ChannelID] = [:]

    subscript(id: ChannelID) -> Channel? { lock.withLock { byID[id] } }
    subscript(account: Account) -> Channel? { lock.withLock { byAccount[account].flatMap { byID[$0] } } }

    /// Of several channels that an account had, the live one answers for it.
    func add(_ channel: Channel) {
        lock.withLock { insert(channel) }
    }

    func replaceAll(_ channels: [Channel]) {
        lock.withLock {
            byID = [:]
            byAccount = [:]
            for channel in channels { insert(channel) }
        }
    }

    private func insert(_ channel: Channel) {
        byID[channel.id] = channel
        let known = byAccount[channel.account].flatMap { byID[$0] }
        if known.map(\.isEnded) ?? true || !channel.isEnded { byAccount[channel.account] = channel.id }
    }
}
