import ConversationStoreContracts
import Domain
import Erasure
import IntakeContracts
import SQLite

/// Replies that an assistant or agent sent.
extension IntakeStore {
    /// A reply, ready for its transaction.
    struct OutgoingReply: Sendable {
        let channel: ChannelID
        let received: ReceivedEvent
        let key: [UInt8]
        let names: [[UInt8]]

        /// nil when the recipient is nobody whom the channel's platform could know.
        init?(_ request: RecordReply, on channel: Channel, receivedAt: Timestamp, _ digests: IntakeDigests) {
            guard let participant = OutgoingReply.participant(request.recipient, on: channel.account.platform) else { return nil }
            let id = request.externalID.flatMap { $0.isEmpty ? nil : $0 } ?? "reply:\(request.key.rawValue)"
            var event = ChannelEvent(kind: .reply, id: id, participant: participant, sentAt: request.sentAt, receivedAt: receivedAt)
            event.type = "text"
            event.text = request.text
            event.author = request.author == .assistant ? .assistant : .agent
            guard let received = ReceivedEvent(event, day: request.sentAt.day) else { return nil }
            self.channel = channel.id
            self.received = received
            key = digests.keys.digest(ofReply: request.key, on: channel.id)
            names = digests.names(of: participant, on: channel.account)
        }

        private static func participant(_ recipient: Alias, on platform: Platform) -> ParticipantIdentity? {
            guard recipient.platform == platform, !recipient.value.isEmpty else { return nil }
            switch recipient.kind {
            case .igsid: return ParticipantIdentity(igsid: recipient.value)
            case .bsuid: return ParticipantIdentity(bsuid: recipient.value)
            case .phone: return ParticipantIdentity(phone: recipient.value)
            // It may pass to somebody else: a reply goes to a person.
            case .username: return nil
            }
        }
    }

    /// Queues a reply for the store; false when its key was recorded before.
    func record(_ reply: OutgoingReply, _ connection: Connection) throws -> Bool {
        guard let channel = try channel(reply.channel, connection) else { throw Refused<RecordReply>(reason: .unknownChannel) }
        // A repeat gets its answer whatever has happened since.
        if try isKnown(reply.key, day: reply.received.day, connection) { return false }
        if channel.isEnded { throw Refused<RecordReply>(reason: .channelEnded) }
        let event = reply.received.event
        if let cutoff = try Tombstones.cutoff(reply.names, connection), cutoff >= event.happenedAt {
            throw Refused<RecordReply>(reason: .recipientErased)
        }
        let json = String(decoding: reply.received.json, as: UTF8.self)
        try note(reply.key, day: reply.received.day, connection)
        try enqueue(json, channel.id, channel.workspace, receivedAt: event.receivedAt, connection)
        return true
    }
}
