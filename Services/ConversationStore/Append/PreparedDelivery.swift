import ConversationStoreContracts
import Digest
import Domain
import Erasure

/// A request with every digest that its write needs: made where it arrives, so that the writer runs nothing but SQL.
struct PreparedDelivery: Sendable {
    let workspace: WorkspaceID
    let channel: ChannelID
    let platform: Platform
    let events: [PreparedEvent]
}

/// One event and its digests.
final class PreparedEvent: Sendable {
    let event: ChannelEvent
    /// Of the platform's id, under our own key: what an echo, a reply or a status finds its message by. Empty for what a person sent.
    let key: [UInt8]
    /// Of the platform's id, under each live pepper, the newest first: the message's tombstone, should it be erased.
    let messageNames: [[UInt8]]
    /// Of the person's names, under each live pepper.
    let personNames: [[UInt8]]
    let face: Face

    init(_ event: ChannelEvent, key: [UInt8], messageNames: [[UInt8]], personNames: [[UInt8]], face: Face) {
        self.event = event
        self.key = key
        self.messageNames = messageNames
        self.personNames = personNames
        self.face = face
    }
}

/// Makes the digests of deliveries. No raw id of a platform reaches the file: it may carry a phone number.
struct DeliveryDigester: Sendable {
    private let lookup: HMACSHA256Key
    private let erasure: ErasureDigester

    init(lookupKey: [UInt8], erasure: ErasureDigester) {
        lookup = HMACSHA256Key(lookupKey)
        self.erasure = erasure
    }

    /// The version of the pepper that comes first in `messageNames`.
    var newestPepper: Int64 { erasure.tombstone(.participant(ParticipantID()), cutoff: Timestamp()).pepper }

    /// nil when an event has no id or names nobody: the sender broke the contract.
    func prepare(_ request: AppendEvents) -> PreparedDelivery? {
        var events: [PreparedEvent] = []
        events.reserveCapacity(request.events.count)
        for event in request.events {
            let aliases = event.participant.identifyingAliases(on: request.account.platform)
            guard !event.id.isEmpty, !aliases.isEmpty, event.kind != .status || event.status != nil else { return nil }
            events.append(
                PreparedEvent(
                    event, key: key(event, request.account), messageNames: erasure.digests(.message(request.account, id: event.id)),
                    personNames: aliases.flatMap { erasure.digests(.person(request.workspace, request.account, $0)) },
                    face: Face(request.workspace, request.channel, event.participant)))
        }
        return PreparedDelivery(workspace: request.workspace, channel: request.channel, platform: request.account.platform, events: events)
    }

    private func key(_ event: ChannelEvent, _ account: Account) -> [UInt8] {
        switch event.kind {
        case .message, .other: []
        case .echo, .reply, .status:
            Array(lookup.authenticate(Array("\(account.platform.rawValue)\n\(account.id)\n\(event.id)".utf8)).prefix(16))
        }
    }
}
