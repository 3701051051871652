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
        _ = try isNew(reply.key, day: reply.received.day, connection)
        try enqueue(
            String(decoding: reply.received.json, as: UTF8.self), channel.id, channel.workspace, receivedAt: event.receivedAt, connection)
        return true
    }
}
