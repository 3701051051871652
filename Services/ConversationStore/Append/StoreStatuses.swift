import ConversationStoreContracts
import Domain
import Policy
import SQLite

extension ConversationStoreStore {
    /// How far back a status finds its message: WhatsApp tries for 30 days to deliver one.
    static let statusReachDays: Int64 = 30
    /// Statuses dropped with one that begins to wait, so that more go than come.
    static let expiredPerStatus: Int64 = 4

    /// A status reaches its message, or waits for it with the person whom both are about, if it names one.
    func take(
        status prepared: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        let event = prepared.event
        guard let status = event.status else { preconditionFailure("a status was prepared, so it says which") }
        let day = event.sentAt.day
        let days = [day, day - 1, day + 1] + (2...ConversationStoreStore.statusReachDays).map { day - $0 }
        if let message = try outgoing(prepared.key, days, connection) { return try record(status, prepared, on: message, connection) }
        return try wait(status, prepared, delivery, connection, &appended)
    }

    private func record(
        _ status: ChannelEvent.Status, _ prepared: PreparedEvent, on message: MessageID, _ connection: Connection
    ) throws -> EventOutcome {
        let event = prepared.event
        // A key outlives its erased message; a status of that one stays out.
        guard try connection.first("SELECT 1 FROM messages WHERE id = ?", .integer(message.rawValue), map: { _ in true }) != nil else {
            return .keptOut
        }
        let told = ToldStatus(status: status, at: event.sentAt, details: prepared.details, raw: prepared.raw)
        guard try keep(told, of: message, connection) else { return .repeated }
        if try raise(message, to: status, connection) { try tell(.statusChanged, message, at: event.receivedAt, connection) }
        return .stored
    }

    /// Of one status told twice the earlier time counts. False when it was known.
    private func keep(_ told: ToldStatus, of message: MessageID, _ connection: Connection) throws -> Bool {
        let isNew = try connection.run(
            "INSERT INTO delivery_statuses (message, status, at, details, raw) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            .integer(message.rawValue), .integer(told.status.rank), .integer(told.at.rawValue), SQLValue(told.details), SQLValue(told.raw))
        if isNew == 1 { return true }
        try connection.run(
            "UPDATE delivery_statuses SET at = ?3 WHERE message = ?1 AND status = ?2 AND at > ?3", .integer(message.rawValue),
            .integer(told.status.rank), .integer(told.at.rawValue))
        return false
    }

    /// Forward only; false when the message stands as far already.
    private func raise(_ message: MessageID, to status: ChannelEvent.Status, _ connection: Connection) throws -> Bool {
        try connection.run(
            "UPDATE messages SET status = ?2 WHERE id = ?1 AND (status IS NULL OR status < ?2)", .integer(message.rawValue),
            .integer(status.rank)) == 1
    }

    private func wait(
        _ status: ChannelEvent.Status, _ prepared: PreparedEvent, _ delivery: PreparedDelivery, _ connection: Connection,
        _ appended: inout Appended
    ) throws -> EventOutcome {
        let event = prepared.event
        let place = prepared.personNames.isEmpty ? nil : try place(of: prepared, delivery, connection, &appended)
        let isNew = try connection.run(
            """
            INSERT INTO pending_statuses (digest, status, at, received_at, conversation, erasure_pepper, erasure_digest, details, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """, .blob(prepared.key), .integer(status.rank), .integer(event.sentAt.rawValue), .integer(event.receivedAt.rawValue),
            SQLValue(place?.conversation.rawValue), .integer(digester.newestVersion), .blob(prepared.messageNames[0]),
            SQLValue(prepared.details), SQLValue(prepared.raw))
        guard isNew == 1 else {
            try connection.run(
                "UPDATE pending_statuses SET at = ?3 WHERE digest = ?1 AND status = ?2 AND at > ?3", .blob(prepared.key),
                .integer(status.rank), .integer(event.sentAt.rawValue))
            return .repeated
        }
        // A status that waited so long is dropped: its message was never told to us.
        let oldest = clock.now.rawValue - Retention.deliveryKeys.length.milliseconds
        try connection.run(
            """
            DELETE FROM pending_statuses WHERE (digest, status) IN
                (SELECT digest, status FROM pending_statuses WHERE received_at < ? ORDER BY received_at LIMIT ?)
            """, .integer(oldest), .integer(ConversationStoreStore.expiredPerStatus))
        return .waiting
    }

    /// Gives a message the statuses that came before it. A new message is news itself, so they need no row in the feed. Returns whether
    /// any waited.
    @discardableResult
    func takePendingStatuses(_ key: [UInt8], to message: MessageID, _ connection: Connection) throws -> Bool {
        var waiting: [ToldStatus] = []
        try connection.each("SELECT status, at, details, raw FROM pending_statuses WHERE digest = ?", .blob(key)) { row in
            waiting.append(
                ToldStatus(
                    status: ChannelEvent.Status(rank: row.int(0)), at: Timestamp(rawValue: row.int(1)), details: row.optionalBlob(2),
                    raw: row.optionalBlob(3)))
        }
        guard !waiting.isEmpty else { return false }
        for told in waiting {
            _ = try keep(told, of: message, connection)
            _ = try raise(message, to: told.status, connection)
        }
        try connection.run("DELETE FROM pending_statuses WHERE digest = ?", .blob(key))
        return true
    }
}

/// A status as the platform told it, ready for its row.
private struct ToldStatus {
    let status: ChannelEvent.Status
    let at: Timestamp
    let details, raw: [UInt8]?
}
