import Domain
import IntakeContracts
import Net
import Policy
import Wire

/// What happened with the product and around it, as gateways and the website tell it.
extension Intake {
    func recordUsage(_ request: RecordUsage, _ reply: Reply<RecordUsage>) {
        let now = process.system.clock.now
        let events = request.events.map { event in
            IntakeStore.IncomingEvent(.usage, event.kind, at: min(event.at, now), event.member, in: request.workspace, digests)
        }
        // A consent is one person's.
        let members = Set(request.events.map(\.member))
        let member = members.count == 1 ? members.first ?? nil : nil
        let person = member.map { digests.keys.digest(of: .member(request.workspace, $0)) }
        let (store, key) = (store, digests.keys.digest(ofEvents: request.key, as: .usage, in: request.workspace))
        write("record usage", reply) { connection in
            try store.record(
                events, in: request.workspace, key: key, restingOn: request.consent, of: person ?? [], now: now, connection)
        } then: {
            reply.ok($0)
        }
    }

    func recordTechnical(_ request: RecordTechnical, _ reply: Reply<RecordTechnical>) {
        guard let purpose = allowedPurpose(request.purpose, reply, else: .unknownPurpose) else { return }
        guard Category.technical.allowance(for: purpose) != .never else {
            return security.deny(reply, .purposeNever)
        }
        let now = process.system.clock.now
        var events: [IntakeStore.IncomingEvent] = []
        for event in request.events {
            var incoming = IntakeStore.IncomingEvent(
                event.kind.category, EventKind(rawValue: event.kind.rawValue), at: min(event.at, now), event.member,
                in: request.workspace ?? .nobodys, digests)
            if let stated = event.address {
                guard let address = IPAddress(stated) else {
                    return reply.fault(.malformed, "events.address: expected a numeric IPv4 or IPv6 address")
                }
                let isNeeded = purpose == .maintainSecurity && event.kind.category == .security
                incoming.address = (isNeeded ? address : address.network(bits4: 24, bits6: 48)).description
            }
            (incoming.browser, incoming.device) = (event.browser, event.device)
            events.append(incoming)
        }
        let (store, key) = (store, digests.keys.digest(ofEvents: request.key, as: .technical, in: request.workspace ?? .nobodys))
        write("record technical events", reply) { [events] connection in
            try store.record(events, in: request.workspace, key: key, now: now, connection)
        } then: {
            reply.ok($0)
        }
    }

    func summarizeEvents(_ request: SummarizeEvents, _ reply: Reply<SummarizeEvents>) {
        let (store, excluded) = (store, feed.accessFacts.workspacesNotImproving)
        read("summarize events", reply) { connection in
            let counts = try store.eventCounts(
                in: request.workspace, excluding: excluded, from: request.from.day, through: request.to.day, connection)
            guard counts.count <= SummarizeEvents.countMax else { throw IntakeStore.Refused<SummarizeEvents>(reason: .tooMany) }
            return SummarizeEvents.Response(counts: counts)
        }
    }
}

extension TechnicalEvent.Kind {
    /// Who tries doors is told apart by the whole address; for everything else the network will do.
    fileprivate var category: EventCount.Category {
        switch self {
        case .error, .pageView, .performance: .technical
        case .signIn, .signInFailed, .tokenRefused, .requestRefused: .security
        }
    }
}
