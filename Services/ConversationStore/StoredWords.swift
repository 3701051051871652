import ConversationStoreContracts

/// Words of the contract as the small numbers that the file holds; the schema's CHECKs allow no others.
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

    init(_ event: ChannelEvent) {
        switch event.kind {
        case .message, .other, .status: self = .participant
        case .echo: self = .business
        case .reply: self = event.author == .agent ? .agent : .assistant
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
        }
    }

    init(rank: Int64) {
        switch rank {
        case 0: self = .sent
        case 1: self = .failed
        case 2: self = .delivered
        case 3: self = .read
        default: preconditionFailure("the schema allows four statuses")
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
