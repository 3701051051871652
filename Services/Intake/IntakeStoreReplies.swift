import Access
import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import IntakeContracts
import Policy
import SQLite

/// Replies that an assistant or agent sent.
extension IntakeStore {
    /// For so long a repeat of a reply is known by its key.
    static let replyRepeatDays: Int64 = 7

    /// A reply, ready for its transaction.
    struct OutgoingReply: Sendable {
        let channel: ChannelID
        let received: ReceivedEvent
        let key: [UInt8]
        let names: [[UInt8]]
        /// nil when the sender does not hold the conversation.
        let lease: Lease?

        /// nil when the recipient is nobody whom the channel's platform could know.
        init?(
            _ request: RecordReply, by actor: Actor?, on channel: Channel, receivedAt: Timestamp, _ digests: IntakeDigests,
            _ leases: LeaseKeys
        ) {
            guard let participant = OutgoingReply.participant(request.recipient, on: channel.account.platform) else { return nil }
            let id = request.externalID.flatMap { $0.isEmpty ? nil : $0 } ?? ChannelEvent.id(ofReply: request.key)
            var event = ChannelEvent(kind: .reply, id: id, participant: participant, sentAt: request.sentAt, receivedAt: receivedAt)
            event.type = "text"
            event.text = request.text
            event.author = request.author == .assistant ? .assistant : .agent
            guard let received = ReceivedEvent(event, day: request.sentAt.day) else { return nil }
            self.channel = channel.id
            self.received = received
            key = digests.keys.digest(ofReply: request.key, on: channel.id)
            names = digests.names(of: event, on: channel.account, in: channel.workspace)
            lease = participant.identifyingAliases(on: channel.account.platform).first
                .flatMap { leases.prove(request.lease, for: $0) }
                .flatMap { $0.allows(request, by: actor, at: receivedAt) ? $0 : nil }
        }

        private static func participant(_ recipient: Alias, on platform: Platform) -> ParticipantIdentity? {
            guard recipient.platform == platform, !recipient.value.isEmpty else { return nil }
            switch (recipient.kind, platform) {
            case (.igsid, .instagram): return ParticipantIdentity(igsid: recipient.value)
            case (.bsuid, .whatsapp): return ParticipantIdentity(bsuid: recipient.value)
            // As the platform writes it: in another spelling it would be another person, whom no erasure finds.
            case (.phone, .whatsapp): return recipient.value.phoneDigits.map { ParticipantIdentity(phone: $0) }
            // A username may pass to somebody else: a reply goes to a person.
            case (.username, _), (.igsid, .whatsapp), (.bsuid, .instagram), (.phone, .instagram): return nil
            }
        }
    }

    /// Queues a reply for the store; false when its key was recorded before.
    func record(_ reply: OutgoingReply, _ connection: Connection) throws -> Bool {
        guard let channel = try channel(reply.channel, connection) else { throw Refused<RecordReply>(reason: .unknownChannel) }
        // A repeat gets its answer whatever has happened since.
        // Its partition is the day of receipt: a repeat may state another time, and comes days later at most.
        let today = reply.received.event.receivedAt.day
        for day in (today - IntakeStore.replyRepeatDays)...today where try isKnown(reply.key, day: day, connection) { return false }
        if channel.isEnded { throw Refused<RecordReply>(reason: .channelEnded) }
        guard let lease = reply.lease, try takeTurn(lease, connection) else { throw Refused<RecordReply>(reason: .notHolder) }
        let event = reply.received.event
        if let cutoff = try Tombstones.cutoff(reply.names, connection), cutoff >= event.happenedAt {
            throw Refused<RecordReply>(reason: .recipientErased)
        }
        let json = String(decoding: reply.received.json, as: UTF8.self)
        try note(reply.key, day: today, connection)
        try enqueue(json, channel.id, channel.workspace, receivedAt: event.receivedAt, connection)
        return true
    }

    // MARK: Turns

    /// False when the conversation has passed on: who held it before has lost it, though their own lease has not ended yet.
    private func takeTurn(_ lease: Lease, _ connection: Connection) throws -> Bool {
        // Every earlier lease was given before this one, and so has ended by then.
        let expiresAt = lease.expiresAt.adding(milliseconds: Lease.personMilliseconds)
        return try pass(to: lease.turn, of: lease.conversation, in: lease.workspace, until: expiresAt, connection)
    }

    /// Remembers a turn for as long as leases of earlier ones may run; false when a later one is known.
    @discardableResult
    func pass(
        to turn: Int64, of conversation: ConversationID, in workspace: WorkspaceID, until expiresAt: Timestamp, _ connection: Connection
    ) throws -> Bool {
        try connection.run(
            """
            INSERT INTO reply_turns (conversation, workspace, turn, expires_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (conversation) DO UPDATE SET turn = excluded.turn, expires_at = max(expires_at, excluded.expires_at)
            WHERE turn <= excluded.turn
            """, .integer(conversation.rawValue), .text(workspace.rawValue), .integer(turn), .integer(expiresAt.rawValue)) == 1
    }

    func expiringTurns(_ expiry: ExpireData) -> ExpiringRows {
        ExpiringRows(
            "reply_turns", keys: ["conversation"],
            due: """
                SELECT conversation FROM reply_turns
                WHERE expires_at <= ?1 AND workspace = ifnull(?2, workspace) AND workspace NOT IN (SELECT value FROM json_each(?3))
                """, [.integer(expiry.until.rawValue), SQLValue(expiry.workspace?.rawValue), .list(expiry.except.map(\.rawValue))])
    }

    func turnCount(of subject: Subject, _ connection: Connection) throws -> Int64 {
        try subject.conversations.reduce(0) { count, conversation in
            let found = try connection.first(
                "SELECT count(*) FROM reply_turns WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue),
                .text(subject.workspace.rawValue)
            ) { $0.int(0) }
            return count + (found ?? 0)
        }
    }

    func removeTurns(of subject: Subject, _ connection: Connection) throws -> Int64 {
        try subject.conversations.reduce(0) { count, conversation in
            let removed = try connection.run(
                "DELETE FROM reply_turns WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue),
                .text(subject.workspace.rawValue))
            return count + Int64(removed)
        }
    }
}

extension Lease {
    fileprivate func allows(_ request: RecordReply, by actor: Actor?, at now: Timestamp) -> Bool {
        let author: RecordReply.Author =
            switch holder {
            case .assistant: .assistant
            case .person: .agent
            }
        return workspace == request.workspace && channel == request.channel && author == request.author
            && member.rawValue == actor?.member && now < expiresAt
    }
}
