import ConversationStoreContracts
import DeletionCoordinatorContracts
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
        /// Of the event's own time; nil when it states none.
        let day: Int64?
        let key: [UInt8]
        let happenedAt: Timestamp
        /// Digests of the person's names, under every live pepper: one of them erased keeps the event out.
        let names: [[UInt8]]
        let json: String
        /// By which the person shows to the deletion page that the chat is theirs.
        let code: IntakeStore.SentCode?
    }

    struct Quarantined: Sendable {
        let reason: ListQuarantine.Entry.Reason
        /// Whose it is, where that is known.
        let channel: ChannelID?
        let digest: [UInt8]
        let raw: [UInt8]
        let names: QuarantinedNames
    }

    /// Channels that have lost their basis, if they were connected by then.
    struct Ending: Sendable {
        let channels: [ChannelID]
        /// All of whose numbers are meant, also those that we learn of later.
        let business: String?
        let at: Timestamp
    }

    let source: DeliverySource
    let receivedAt: Timestamp
    private(set) var arrivals: [Arrival] = []
    private(set) var quarantined: [Quarantined] = []
    private(set) var endings: [Ending] = []
    /// The business account that a channel's number turned out to belong to.
    private(set) var businesses: [ChannelID: String] = [:]
    private(set) var dropped = Dropped()

    /// What is not taken in, and never was to be.
    struct Dropped: Sendable, Equatable {
        /// Of channels whose basis has ended.
        var ended: Int64 = 0
        /// For a feature that the channel doesn't have on.
        var featureOff: Int64 = 0
        /// Entries of strangers' address books.
        var addressBook: Int64 = 0
        var tests: Int64 = 0
    }

    /// Splits a body whose sender was proved. What can't be read or told goes into quarantine alone, beside what can.
    init(_ body: [UInt8], from source: DeliverySource, receivedAt: Timestamp, _ directory: ChannelDirectory, _ digests: IntakeDigests) {
        self.source = source
        self.receivedAt = receivedAt
        guard let updates = Delivery.updates(of: body, from: source, receivedAt, digests.keys) else {
            quarantine(body, .unreadable, source.channel, digests)
            return
        }
        for update in updates { take(update, directory, digests) }
    }

    /// Events of our own terms for one channel; nil when one of them doesn't fit.
    init?(_ events: [ChannelEvent], on channel: Channel, receivedAt: Timestamp, _ digests: IntakeDigests) {
        source = .channel(channel)
        self.receivedAt = receivedAt
        for event in events {
            guard let event = event.delivered(on: channel.account.platform, at: receivedAt),
                let received = ReceivedEvent(event, day: event.sentAt.day)
            else { return nil }
            if let feature = event.neededFeature, !channel.features.contains(feature) {
                dropped.featureOff += 1
            } else {
                arrive(received, on: channel, digests)
            }
        }
    }

    /// nil when the body is no delivery of the platform.
    private static func updates(
        of body: [UInt8], from source: DeliverySource, _ receivedAt: Timestamp, _ keys: InboxKeys
    ) -> [Update]? {
        let view: JSONView
        do throws(WireError) { view = try JSONView(checking: body) } catch { return nil }
        let updates =
            switch source.platform {
            case .instagram: InstagramDelivery.updates(of: view, receivedAt: receivedAt, keys: keys)
            case .whatsapp:
                WhatsAppDelivery.updates(of: view, receivedAt: receivedAt, keys: keys)
                    ?? (source.channel == nil ? nil : WhatsAppDelivery.updates(ofFlat: view, receivedAt: receivedAt, keys: keys))
            }
        return view.hasRepeatedNames ? updates?.map(\.brokenIfAmbiguous) : updates
    }

    private mutating func take(_ update: Update, _ directory: ChannelDirectory, _ digests: IntakeDigests) {
        switch update.content {
        case .addressBook(let entries): dropped.addressBook += entries
        case .test: dropped.tests += 1
        case .broken:
            guard !isNobodys(update) else { return quarantine(update.piece(), .unsupported, nil, digests) }
            let channels = channels(of: update, directory, digests)
            // It is kept once: as nobody's, where several customers share a business account.
            let isOneCustomers = Set(channels.map(\.workspace)).count == 1
            if let first = channels.first { quarantine(update.piece(), .unsupported, isOneCustomers ? first : nil, digests) }
        case .accountEnded(let time):
            let channels = channels(of: update, directory, digests).map(\.id)
            // A channel's own door speaks for that channel alone.
            let business = source.channel == nil ? update.recipient.knownBusiness : nil
            if !channels.isEmpty || business != nil { endings.append(Ending(channels: channels, business: business, at: time)) }
        case .event(let received): arrive(received, update, directory, digests)
        }
    }

    private func isNobodys(_ update: Update) -> Bool {
        source.channel == nil && update.recipient.account == nil && update.recipient.business == nil
    }

    private mutating func arrive(
        _ received: ReceivedEvent, _ update: Update, _ directory: ChannelDirectory, _ digests: IntakeDigests
    ) {
        for channel in channels(of: update, directory, digests) { arrive(received, on: channel, digests) }
    }

    private mutating func arrive(_ received: ReceivedEvent, on channel: Channel, _ digests: IntakeDigests) {
        let event = received.event
        arrivals.append(
            Arrival(
                channel: channel.id, workspace: channel.workspace, day: received.day,
                key: digests.keys.digest(of: event, on: channel.account), happenedAt: event.happenedAt,
                names: digests.names(of: event, on: channel.account, in: channel.workspace),
                json: String(decoding: received.json, as: UTF8.self), code: Delivery.code(in: event, on: channel)))
    }

    /// Only what the person wrote themselves, in this talk alone: anybody may import or forward a code.
    private static func code(in event: ChannelEvent, on channel: Channel) -> IntakeStore.SentCode? {
        guard event.kind == .message, event.origin == nil, let text = event.text, let code = ChatCode.first(in: text),
            let sender = event.participant.identifyingAliases(on: channel.account.platform).first
        else { return nil }
        return IntakeStore.SentCode(code: code, sender: ChatSender(workspace: channel.workspace, alias: sender))
    }

    /// The live channels that an update is for: one, but for what concerns a whole business account. Where there are none it is
    /// quarantined, or counted.
    private mutating func channels(of update: Update, _ directory: ChannelDirectory, _ digests: IntakeDigests) -> [Channel] {
        let recipient = update.recipient
        var channels: [Channel]
        if let own = source.channel {
            // The address says whose it is: what names another account is nobody's.
            let isOwn = recipient.account.map { $0 == own.account } ?? true
            channels = isOwn ? [directory[own.id] ?? own] : []
        } else if let account = recipient.account {
            channels = directory[account].map { [$0] } ?? []
            note(recipient.knownBusiness, of: channels.first)
        } else {
            // What is a person's belongs to one number: another customer's may be of the same business account.
            channels = update.namesPerson ? [] : recipient.business.map { directory.channels(ofBusiness: $0) } ?? []
        }
        if channels.isEmpty { quarantine(update.piece(), .unknownChannel, nil, digests) }
        let count = channels.count
        channels.removeAll(where: \.isEnded)
        if channels.isEmpty && count > 0 { dropped.ended += 1 }
        if let feature = update.needs {
            let on = channels.filter { $0.features.contains(feature) }
            dropped.featureOff += Int64(channels.count - on.count)
            channels = on
        }
        guard recipient.account == nil, case .event = update.content else { return channels }
        // Kept once in each workspace.
        var workspaces: Set<WorkspaceID> = []
        return channels.filter { workspaces.insert($0.workspace).inserted }
    }

    /// Only what the platform itself has signed says so.
    private mutating func note(_ business: String?, of channel: Channel?) {
        guard let business, let channel, !channel.isEnded, channel.account.platform == .whatsapp,
            channel.business != business
        else { return }
        businesses[channel.id] = business
    }

    private mutating func quarantine(
        _ piece: [UInt8], _ reason: ListQuarantine.Entry.Reason, _ channel: Channel?, _ digests: IntakeDigests
    ) {
        quarantined.append(
            Quarantined(
                reason: reason, channel: channel?.id, digest: digests.keys.digest(ofQuarantined: piece), raw: piece,
                names: QuarantinedNames(in: piece, digests.keys)))
    }
}

/// Who proved to have sent a body: a platform, or whoever a channel's own door was opened for.
enum DeliverySource: Sendable {
    case platform(Platform)
    case channel(Channel)

    var platform: Platform {
        switch self {
        case .platform(let platform): platform
        case .channel(let channel): channel.account.platform
        }
    }

    var channel: Channel? {
        switch self {
        case .platform: nil
        case .channel(let channel): channel
        }
    }
}

/// The two kinds of digests that every event is looked up by.
struct IntakeDigests: Sendable {
    let keys: InboxKeys
    let digester: ErasureDigester

    func names(of event: ChannelEvent, on account: Account, in workspace: WorkspaceID) -> [[UInt8]] {
        event.identifyingAliases(on: account.platform).flatMap { digester.digests(.person(workspace, account, $0)) }
    }
}
