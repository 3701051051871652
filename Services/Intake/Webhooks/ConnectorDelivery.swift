import Domain
import IntakeContracts
import Wire

/// `intake.deliver`: a connector's events, taken as a webhook's.
extension Intake {
    func deliver(_ request: DeliverEvents, _ reply: Reply<DeliverEvents>) {
        guard let channel = directory[request.channel], channel.workspace == request.workspace else {
            return reply.refuse(.unknownChannel, "connect it with channels.connect first")
        }
        if channel.isEnded { return reply.refuse(.channelEnded, "connect the account again first") }
        if let excess = limits.excess { return reply.fault(.overloaded, excess.message) }
        let now = process.system.clock.now
        guard let delivery = Delivery(request.events, on: channel, receivedAt: now, digests) else {
            return reply.fault(
                .malformed, "events: each has an id, a name of its person on the channel's platform, and what its kind needs; no replies")
        }
        if let excess = limits.pace(delivery) { return reply.fault(.overloaded, excess.message) }
        write("take connector's events", reply) { [store] connection in
            try store.accept(delivery, now: now, connection)
        } then: { [door] tally in
            door.committed(tally, at: now)
            reply.ok(
                DeliverEvents.Response(
                    accepted: tally.accepted, repeated: tally.repeated, keptOut: tally.keptOut,
                    dropped: tally.dropped.featureOff + tally.dropped.ended))
        }
    }
}

extension ChannelEvent {
    /// As a connector may deliver it, received now; nil when it is nothing that happens on that platform.
    func delivered(on platform: Platform, at now: Timestamp) -> ChannelEvent? {
        guard kind != .reply, author == nil || author == .business, isComplete(on: platform) else { return nil }
        var event = self
        event.receivedAt = now
        guard event.participant.fit(platform) else { return nil }
        if var previous = event.details?.previous {
            guard previous.fit(platform) else { return nil }
            event.details?.previous = previous
        }
        return event
    }

    /// What the channel must have on for it.
    var neededFeature: ChannelFeature? {
        if origin == .history { return .history }
        if kind == .comment { return .comments }
        // What an account is told has its field for a type.
        return kind == .account ? InstagramDelivery.feature(of: type) : nil
    }
}

extension ParticipantIdentity {
    /// Brings a phone into the spelling in which platforms write it; false where a name is of another platform, or is none: under another
    /// spelling no erasure would find it.
    fileprivate mutating func fit(_ platform: Platform) -> Bool {
        guard [igsid, bsuid, username].allSatisfy({ $0 != "" }) else { return false }
        switch platform {
        case .instagram: return bsuid == nil && phone == nil
        case .whatsapp:
            guard let typed = phone else { return igsid == nil }
            phone = typed.phoneDigits
            return igsid == nil && phone != nil
        }
    }
}
