import ConversationStoreContracts
import Domain
import Erasure
import IntakeContracts
import Wire

/// One POST, decided: what goes into the outbox and what into quarantine, in one transaction. Everything that takes time (parsing,
/// digests) is done by then.
struct Delivery: Sendable {
    /// An event of a channel that we know.
    struct Arrival: Sendable {
        let channel: ChannelID
        let workspace: WorkspaceID
        let day: Int64
        let key: [UInt8]
        let happenedAt: Timestamp
        /// Digests of the person's names, under every live pepper: one of them erased keeps the event out.
        let names: [[UInt8]]
        let json: String
    }

    struct Quarantined: Sendable {
        let reason: ListQuarantine.Entry.Reason
        let digest: [UInt8]
        let raw: [UInt8]
    }

    let platform: Platform
    let receivedAt: Timestamp
    private(set) var arrivals: [Arrival] = []
    private(set) var quarantined: [Quarantined] = []
    /// Events and leftovers of channels whose basis has ended.
    private(set) var endedCount: Int64 = 0

    /// Splits a signed body. What can't be read or told goes into quarantine alone, beside what can.
    init(_ body: [UInt8], from platform: Platform, receivedAt: Timestamp, _ directory: ChannelDirectory, _ digests: IntakeDigests) {
        self.platform = platform
        self.receivedAt = receivedAt
        guard let portions = Delivery.portions(of: body, from: platform, receivedAt, digests.keys) else {
            quarantine(body[...], .unreadable, digests)
            return
        }
        for portion in portions { take(portion, directory, digests) }
    }

    /// nil when the body is no delivery of the platform.
    private static func portions(of body: [UInt8], from platform: Platform, _ receivedAt: Timestamp, _ keys: InboxKeys) -> [Portion]? {
        let view: JSONView
        do throws(WireError) { view = try JSONView(checking: body) } catch { return nil }
        return switch platform {
        case .instagram: InstagramDelivery.portions(of: view, receivedAt: receivedAt, keys: keys)
        case .whatsapp: WhatsAppDelivery.portions(of: view, receivedAt: receivedAt, keys: keys)
        }
    }

    private mutating func take(_ portion: Portion, _ directory: ChannelDirectory, _ digests: IntakeDigests) {
        guard let account = portion.account else { return quarantine(portion.raw, .unsupported, digests) }
        guard let channel = directory[account] else { return quarantine(portion.raw, .unknownChannel, digests) }
        if channel.isEnded {
            endedCount += Int64(portion.events.count + portion.leftovers.count)
            return
        }
        for received in portion.events {
            let event = received.event
            arrivals.append(
                Arrival(
                    channel: channel.id, workspace: channel.workspace, day: received.day, key: digests.keys.digest(of: event, on: account),
                    happenedAt: event.happenedAt, names: digests.names(of: event.participant, on: account, in: channel.workspace),
                    json: String(decoding: received.json, as: UTF8.self)))
        }
        for raw in portion.leftovers { quarantine(raw, .unsupported, digests) }
    }

    private mutating func quarantine(_ raw: ArraySlice<UInt8>, _ reason: ListQuarantine.Entry.Reason, _ digests: IntakeDigests) {
        quarantined.append(Quarantined(reason: reason, digest: digests.keys.digest(ofQuarantined: raw), raw: Array(raw)))
    }
}

/// The two kinds of digests that every event is looked up by.
struct IntakeDigests: Sendable {
    let keys: InboxKeys
    let digester: ErasureDigester

    func names(of participant: ParticipantIdentity, on account: Account, in workspace: WorkspaceID) -> [[UInt8]] {
        participant.identifyingAliases(on: account.platform).flatMap { digester.digests(.person(workspace, account, $0)) }
    }
}
