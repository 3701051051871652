import ConversationStoreContracts
import Domain
import Erasure
import SQLite

/// What one append did; nothing of it counts before the commit.
struct Appended: Sendable {
    var response = AppendEvents.Response()
    /// Statuses that wait for their message.
    var waiting: Int64 = 0
    var learned: [(face: Face, place: ConversationPlace)] = []
    var generation = 0
}

enum EventOutcome { case stored, waiting, repeated, keptOut }

extension ConversationStoreStore {
    /// Adds a delivery's events. Runs on the writer, in one transaction.
    func append(_ delivery: PreparedDelivery, _ connection: Connection) throws -> Appended {
        var appended = Appended()
        appended.generation = acquaintances.generation
        let hasTombstones = try connection.first("SELECT 1 FROM tombstones LIMIT 1") { _ in true } ?? false
        for event in delivery.events {
            if hasTombstones, try isKeptOut(event, delivery, connection) {
                appended.response.keptOut += 1
                continue
            }
            switch try take(event, of: delivery, connection, &appended) {
            case .stored: appended.response.stored += 1
            case .waiting:
                appended.response.stored += 1
                appended.waiting += 1
            case .repeated: appended.response.repeated += 1
            case .keptOut: appended.response.keptOut += 1
            }
        }
        return appended
    }

    /// After the commit, on the writer's thread.
    func committed(_ appended: Appended) {
        guard !appended.learned.isEmpty else { return }
        acquaintances.learn(appended.learned, generation: appended.generation)
    }

    private func isKeptOut(_ event: PreparedEvent, _ delivery: PreparedDelivery, _ connection: Connection) throws -> Bool {
        let admission = Admission(
            messageIsErased: try Tombstones.cutoff(event.messageNames, connection) != nil,
            personCutoff: try Tombstones.cutoff(event.personNames, connection))
        return try admission.keepsOut(event.event) { try participant(of: event.event, delivery, connection) != nil }
    }

    private func take(
        _ event: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        event.event.kind == .status
            ? try take(status: event, of: delivery, connection, &appended) : try take(message: event, of: delivery, connection, &appended)
    }

    private func take(
        message event: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        let day = event.event.sentAt.day
        let isOutgoing = event.event.kind == .echo || event.event.kind == .reply
        // A reply has our time, its echo the platform's: they may stand on two sides of midnight.
        if isOutgoing, let known = try message(event.key, [day - 1, day + 1], connection) { return try meet(known, event, connection) }
        let id = numbers.next()
        let isNew = try connection.run(
            "INSERT INTO message_keys (day, digest, message) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", .integer(day), .blob(event.key),
            .integer(id))
        if isNew == 0, let known = try message(event.key, [day], connection) { return try meet(known, event, connection) }
        let place = try place(of: event, delivery, connection, &appended)
        try insert(event, as: id, in: place.conversation, connection)
        if isOutgoing { try takePendingStatuses(event.key, to: id, connection) }
        return .stored
    }

    private func insert(_ prepared: PreparedEvent, as id: Int64, in conversation: ConversationID, _ connection: Connection) throws {
        let event = prepared.event
        try connection.run(
            """
            INSERT INTO messages (id, conversation, author, sent_at, received_at, erasure_pepper, erasure_digest, type, text, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, .integer(id), .integer(conversation.rawValue), .integer(Message.Author(event).code), .integer(event.sentAt.rawValue),
            .integer(event.receivedAt.rawValue), .integer(pepper), .blob(prepared.messageNames[0]), .text(event.type ?? "text"),
            SQLValue(event.text), SQLValue(event.raw?.bytes))
        try connection.run("UPDATE conversations SET last_message = ? WHERE id = ?", .integer(id), .integer(conversation.rawValue))
    }

    /// An event whose message is known already. Only a reply of ours says more than the echo that came before it.
    private func meet(_ message: MessageID, _ prepared: PreparedEvent, _ connection: Connection) throws -> EventOutcome {
        let event = prepared.event
        let author = try connection.first("SELECT author FROM messages WHERE id = ?", .integer(message.rawValue)) {
            Message.Author(code: $0.int(0))
        }
        guard let author else { return .keptOut }  // Its key outlived it.
        guard event.kind == .reply, author == .business else { return .repeated }
        try connection.run(
            "UPDATE messages SET author = ?, sent_at = ?, type = ?, text = ?, raw = ? WHERE id = ?", .integer(Message.Author(event).code),
            .integer(event.sentAt.rawValue), .text(event.type ?? "text"), SQLValue(event.text), SQLValue(event.raw?.bytes),
            .integer(message.rawValue))
        try tell(.messageSent, message, at: event.receivedAt, connection)
        return .stored
    }

    /// The message that a key names, looked for on the given days in turn.
    func message(_ key: [UInt8], _ days: some Sequence<Int64>, _ connection: Connection) throws -> MessageID? {
        for day in days {
            let found = try connection.first(
                "SELECT message FROM message_keys WHERE day = ? AND digest = ?", .integer(day), .blob(key)
            ) { MessageID(rawValue: $0.int(0)) }
            if let found { return found }
        }
        return nil
    }

    func tell(_ change: StoredChange, _ message: MessageID, at time: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO changes (sequence, message, kind, at) VALUES (?, ?, ?, ?)", .integer(numbers.next()), .integer(message.rawValue),
            .integer(change.rawValue), .integer(time.rawValue))
    }
}
