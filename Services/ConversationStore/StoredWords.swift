import ConversationStoreContracts
import Domain
import Wire

/// Words of the contract as the small numbers that the file holds; the schema's CHECKs allow no others.
extension ChannelEvent.Kind {
    private static let stored: [ChannelEvent.Kind] = [
        .message, .echo, .reply, .edit, .unsend, .reaction, .read, .postback, .referral, .comment, .preference, .identity, .other,
        .template,
        .account
    ]

    var code: Int64 {
        switch self {
        case .message: 0
        case .echo: 1
        case .reply: 2
        case .edit: 3
        case .unsend: 4
        case .reaction: 5
        case .read: 6
        case .postback: 7
        case .referral: 8
        case .comment: 9
        case .preference: 10
        case .identity: 11
        case .other: 12
        case .template: 13
        case .account: 14
        case .status: preconditionFailure("a status is no row of its own kind")
        }
    }

    init(code: Int64) {
        guard let kind = ChannelEvent.Kind.stored.first(where: { $0.code == code }) else {
            preconditionFailure("the schema allows 15 kinds")
        }
        self = kind
    }
}

extension ChannelEvent.Origin {
    var code: Int64 {
        switch self {
        case .standby: 0
        case .history: 1
        case .group: 2
        }
    }

    init(code: Int64) {
        guard let origin = ChannelEvent.Origin.allCases.first(where: { $0.code == code }) else {
            preconditionFailure("the schema allows three origins")
        }
        self = origin
    }
}

extension Message.Author {
    var code: Int64 {
        switch self {
        case .participant: 0
        case .business: 1
        case .assistant: 2
        case .agent: 3
        }
    }

    init(code: Int64) {
        switch code {
        case 0: self = .participant
        case 1: self = .business
        case 2: self = .assistant
        case 3: self = .agent
        default: preconditionFailure("the schema allows four authors")
        }
    }

    /// Where the kind doesn't say who did it, the event does; else it was the person.
    init(_ event: ChannelEvent) {
        switch (event.kind, event.author) {
        case (.echo, _), (_, .business): self = .business
        case (.reply, .agent): self = .agent
        case (.reply, _): self = .assistant
        case (_, _): self = .participant
        }
    }
}

extension ChannelEvent.Status {
    /// A message stands at the highest rank that it was given, in whatever order: so `failed` is final against `sent`, and what was
    /// delivered after all has not failed.
    var rank: Int64 {
        switch self {
        case .sent: 0
        case .failed: 1
        case .delivered: 2
        case .read: 3
        case .played: 4
        }
    }

    /// How a message stands that was given this rank: a read of a later one says that this one was read too.
    static func standing(_ rank: Int64?, isRead: Bool) -> ChannelEvent.Status? {
        let status = rank.map(ChannelEvent.Status.init(rank:))
        switch status {
        case nil, .sent, .delivered: return isRead ? .read : status
        case .failed, .read, .played: return status
        }
    }

    init(rank: Int64) {
        switch rank {
        case 0: self = .sent
        case 1: self = .failed
        case 2: self = .delivered
        case 3: self = .read
        case 4: self = .played
        default: preconditionFailure("the schema allows five statuses")
        }
    }
}

/// What a row of `changes` tells; a new message is its own row of the feed.
enum StoredChange: Int64 {
    case statusChanged = 0
    /// A message of the business turned out to be a reply of ours.
    case messageSent = 1

    var kind: ConversationChange.Kind {
        switch self {
        case .statusChanged: .statusChanged
        case .messageSent: .messageSent
        }
    }
}

extension EventDetails {
    /// As the file holds them: without the target, which is a keyed digest there. nil when nothing is left.
    /// - Parameter named: it is a person's own: then the comment that it answers is its target, and may be somebody else's.
    func stored(named: Bool) -> [UInt8]? {
        var details = self
        details.target = nil
        if named { details.comment?.parent = nil }
        return details.isEmpty ? nil : FieldVisitor.write(details)
    }

    init(stored bytes: [UInt8]) throws(WireError) { self = try FieldVisitor.read(EventDetails.self, from: bytes) }
}
