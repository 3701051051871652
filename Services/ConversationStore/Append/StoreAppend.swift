import ConversationStoreContracts
import Domain
import Erasure
import SQLite

/// What one append did; nothing of it counts before the commit.
struct Appended: Sendable {
    var response = AppendEvents.Response()
    /// Statuses that wait for their message.
    var waiting: Int64 = 0
    /// Messages whose words went with this: their bytes are owed.
    var withdrawn: Int64 = 0
    var learned: [Face: ConversationPlace] = [:]
    var generation = 0
    /// Some event waits for its message; without one nothing needs to be looked for.
    var mayWait = true
}

enum EventOutcome { case stored, waiting, repeated, keptOut }

extension ConversationStoreStore {
    /// Adds a delivery's events. Runs on the writer, in one transaction.
    func append(_ delivery: PreparedDelivery, _ connection: Connection) throws -> Appended {
        var appended = Appended()
        appended.generation = acquaintances.generation
        let (hasTombstones, hasWaiting) =
            try connection.first(
                "SELECT EXISTS (SELECT 1 FROM tombstones), EXISTS (SELECT 1 FROM waiting_events)"
            ) { ($0.bool(0), $0.bool(1)) } ?? (true, true)
        appended.mayWait = hasWaiting
        for event in delivery.events {
            if hasTombstones {
                let admission = try admission(of: event, connection)
                if try admission.keepsOut(event.event, isKnown: { try participant(of: event.event, delivery, connection) != nil }) {
                    appended.response.keptOut += 1
                    continue
                }
                try beginAnew(event.event, after: admission, delivery, connection, &appended)
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

    private func admission(of event: PreparedEvent, _ connection: Connection) throws -> Admission {
        Admission(
            messageIsErased: try Tombstones.cutoff(event.messageNames + event.targetNames, connection) != nil,
            personCutoff: try Tombstones.cutoff(event.personNames + event.mentionedNames, connection))
    }

    /// A person who writes after the cut-off while their erasure is still under way: who they were is about to go, so they become
    /// somebody new, and what they write now stays. The erasure knows the former participant by number.
    private func beginAnew(
        _ event: ChannelEvent, after admission: Admission, _ delivery: PreparedDelivery, _ connection: Connection,
        _ appended: inout Appended
    ) throws {
        guard let cutoff = admission.personCutoff, event.kind.beginsRelationship else { return }
        for alias in event.participant.identifyingAliases(on: delivery.platform) {
            if let former = try participant(named: alias, in: delivery.workspace, connection) {
                try keepObjection(of: former, connection)  // While it has its names.
            }
            let parted = try connection.run(
                """
                DELETE FROM aliases WHERE workspace = ?1 AND platform = ?2 AND kind = ?3 AND value = ?4
                    AND participant IN (SELECT id FROM participants WHERE first_seen_at <= ?5)
                """, .text(delivery.workspace.rawValue), .text(alias.platform.rawValue), .text(alias.kind.rawValue), .text(alias.value),
                .integer(cutoff.rawValue))
            guard parted > 0 else { continue }
            acquaintances.forgetAll()
            appended.learned = [:]
            appended.generation = acquaintances.generation
        }
    }

    private func take(
        _ event: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        if event.event.kind == .status { return try take(status: event, of: delivery, connection, &appended) }
        if event.personNames.isEmpty { return try take(notice: event, of: delivery, connection) }
        return try take(message: event, of: delivery, connection, &appended)
    }

    private func take(
        message event: PreparedEvent, of delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> EventOutcome {
        let day = event.event.sentAt.day
        let isOutgoing = event.event.kind == .echo || event.event.kind == .reply
        // A reply has our time, its echo the platform's: they may stand on two sides of midnight.
        if isOutgoing, let known = try outgoing(event.key, [day, day - 1, day + 1], connection) {
            return try meet(known, event, connection)
        }
        if try isKnownByAnOlderPepper(event, connection) { return .repeated }
        let place = try place(of: event, delivery, connection, &appended)
        if isOutgoing, let twin = try twin(of: event.event, in: place.conversation, connection) {
            return try join(event, with: twin, connection, &appended)
        }
        let subject = try subject(of: event, in: place.conversation, connection)
        if subject.isWithdrawn && event.event.kind.isWithdrawnWithItsSubject { return .keptOut }
        let id = MessageID(rawValue: numbers.next())
        let thread = try event.event.threadMedia.map { try self.thread(under: $0, delivery, connection) }
        guard try insert(event, as: id, in: place.conversation, thread?.conversation, connection) else { return .repeated }
        try noteMentions(in: event.event, as: id, delivery.workspace, connection)
        try resolve(event, as: id, subject, connection, &appended)
        if event.event.kind == .preference { try note(preference: event.event, in: place.conversation, connection) }
        if let thread {
            if ActivityList.isDue(thread, id) { try list(thread.conversation, at: id, connection) }
        } else if ActivityList.isDue(place, id) {
            try list(place.conversation, at: id, connection)
            if var known = appended.learned[event.face] ?? acquaintances.find(event.face) {
                known.listed = id
                appended.learned[event.face] = known
            }
        }
        if isOutgoing {
            try know(event, as: id, connection)
            try takePendingStatuses(event.key, to: id, connection)
            if event.event.isNamelessReply { try awaitEcho(of: event.event, id, in: place.conversation, connection) }
        }
        return .stored
    }

    /// From now on the event's id leads to the message.
    func know(_ event: PreparedEvent, as message: MessageID, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO outgoing_keys (day, digest, message) VALUES (?, ?, ?)", .integer(event.event.sentAt.day), .blob(event.key),
            .integer(message.rawValue))
    }

    /// After a rotation a repeat's first digest is another one than its message bears.
    private func isKnownByAnOlderPepper(_ event: PreparedEvent, _ connection: Connection) throws -> Bool {
        for digest in event.messageNames.dropFirst() {
            let known = try connection.first(
                "SELECT 1 FROM messages WHERE sent_at = ? AND erasure_digest = ?", .integer(event.event.sentAt.rawValue), .blob(digest)
            ) { _ in true }
            if known != nil { return true }
        }
        return false
    }

    /// False when the message is there already.
    private func insert(
        _ prepared: PreparedEvent, as id: MessageID, in conversation: ConversationID, _ thread: ConversationID?, _ connection: Connection
    ) throws -> Bool {
        let event = prepared.event
        return try connection.run(
            """
            INSERT INTO messages (
                id, conversation, kind, author, origin, sent_at, received_at, erasure_pepper, erasure_digest, target, thread, type, text,
                details, raw)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sent_at, erasure_digest) DO NOTHING
            """, .integer(id.rawValue), .integer(conversation.rawValue), .integer(event.kind.code), .integer(Message.Author(event).code),
            SQLValue(event.origin?.code), .integer(event.sentAt.rawValue), .integer(event.receivedAt.rawValue),
            .integer(digester.newestVersion),
            .blob(prepared.messageNames[0]), SQLValue(prepared.target), SQLValue(thread?.rawValue),
            .text(event.type ?? event.kind.typeUnsaid), SQLValue(event.text), SQLValue(prepared.details), SQLValue(prepared.raw)) == 1
    }

    /// A message of ours that is known already. Only a reply of ours says more than the echo that came before it.
    func meet(_ message: MessageID, _ prepared: PreparedEvent, _ connection: Connection) throws -> EventOutcome {
        let event = prepared.event
        let known = try connection.first("SELECT author, withdrawn_at FROM messages WHERE id = ?", .integer(message.rawValue)) {
            (author: Message.Author(code: $0.int(0)), isWithdrawn: !$0.isNull(1))
        }
        guard let known else { return .keptOut }  // Its key outlived it.
        guard event.kind == .reply, known.author == .business else { return .repeated }
        if known.isWithdrawn { return .keptOut }
        try changingWords(of: message, connection) { try takeOver(message, prepared, connection) }
        try tell(.messageSent, message, at: event.receivedAt, connection)
        return .stored
    }

    private func takeOver(_ message: MessageID, _ prepared: PreparedEvent, _ connection: Connection) throws {
        let event = prepared.event
        try connection.run(
            "UPDATE messages SET kind = ?, author = ?, sent_at = ?, type = ?, text = ?, details = ?, raw = ? WHERE id = ?",
            .integer(event.kind.code), .integer(Message.Author(event).code), .integer(event.sentAt.rawValue),
            .text(event.type ?? event.kind.typeUnsaid), SQLValue(event.text), SQLValue(prepared.details), SQLValue(prepared.raw),
            .integer(message.rawValue))
    }

    /// The message of ours that a key names, looked for on the given days in turn.
    func outgoing(_ key: [UInt8], _ days: some Sequence<Int64>, _ connection: Connection) throws -> MessageID? {
        for day in days {
            let found = try connection.first(
                "SELECT message FROM outgoing_keys WHERE day = ? AND digest = ?", .integer(day), .blob(key)
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

extension ChannelEvent.Kind {
    /// The type of an event that states none.
    var typeUnsaid: String { self == .message || self == .echo || self == .reply ? "text" : rawValue }
}
