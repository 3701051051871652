import Domain
import IntakeContracts
import Threads

/// One channel as intake knows it.
struct Channel: Sendable, Equatable {
    let id: ChannelID
    let workspace: WorkspaceID
    let account: Account
    /// The WhatsApp business account that the number belongs to, as far as we know.
    var business: String?
    var features: Set<ChannelFeature> = []
    /// All that open the channel's own door; without one it stays shut.
    var credentials: [ChannelCredential] = []
    var isEnded = false
}

/// Which channel an account belongs to, in memory. The tables have the last word: every write asks them whether the channel still lives.
final class ChannelDirectory: @unchecked Sendable {  // All tables are guarded by `lock`.
    private let lock = Lock()
    private var byID: [ChannelID: Channel] = [:]
    private var byAccount: [Account: ChannelID] = [:]
    private var byBusiness: [String: Set<ChannelID>] = [:]

    subscript(id: ChannelID) -> Channel? { lock.withLock { byID[id] } }
    subscript(account: Account) -> Channel? { lock.withLock { byAccount[account].flatMap { byID[$0] } } }

    /// All channels of numbers of one business account, in an order that stays.
    func channels(ofBusiness business: String) -> [Channel] {
        lock.withLock { byBusiness[business, default: []].sorted().compactMap { byID[$0] } }
    }

    /// Of several channels that an account had, the live one answers for it.
    func add(_ channel: Channel) {
        lock.withLock { insert(channel) }
    }

    func replaceAll(_ channels: [Channel]) {
        lock.withLock {
            byID = [:]
            byAccount = [:]
            byBusiness = [:]
            for channel in channels { insert(channel) }
        }
    }

    private func insert(_ channel: Channel) {
        if let former = byID[channel.id]?.business { byBusiness[former]?.remove(channel.id) }
        if let business = channel.business { byBusiness[business, default: []].insert(channel.id) }
        byID[channel.id] = channel
        let known = byAccount[channel.account].flatMap { byID[$0] }
        if known.map(\.isEnded) ?? true || !channel.isEnded { byAccount[channel.account] = channel.id }
    }
}
