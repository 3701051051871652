import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import SQLite

/// Erasure of a conversation, of a message, of all that came by a channel. Whose it is stays, with their names and what else they said, and
/// what they say after the cut-off goes on.
extension ConversationStoreStore {
    /// Which rows a part takes, as conditions over the five values of `values(_:)`.
    private struct Conditions {
        let messages, pending, notices: String
        /// Conversations that go once nothing is left in them.
        let conversations: String

        init(_ part: Subject.Part) {
            let owned = "(workspace = ?1 OR workspace >= ?2 AND workspace < ?3)"
            let named = "SELECT id FROM conversations WHERE \(owned) AND id IN (SELECT value FROM json_each(?4))"
            let byChannel = "SELECT id FROM conversations WHERE \(owned) AND channel = ?4"
            switch part {
            case .conversations:
                (messages, pending) = (
                    "conversation IN (\(named)) AND min(sent_at, received_at) <= ?5", "conversation IN (\(named)) AND received_at <= ?5"
                )
                conversations = named
                notices = Conditions.answers(to: messages)
            case .messages:
                messages = """
                    id IN (SELECT value FROM json_each(?4)) AND conversation IN (SELECT id FROM conversations WHERE \(owned)) AND ?5 = ?5
                    """
                (pending, conversations) = ("?1 = ?2 AND ?3 = ?4 AND ?5 = ?5 AND 0", "SELECT id FROM conversations WHERE 0")
                notices = Conditions.answers(to: messages)
            case .channel:
                (messages, pending) = (
                    "conversation IN (\(byChannel)) AND min(sent_at, received_at) <= ?5",
                    "conversation IN (\(byChannel)) AND received_at <= ?5"
                )
                conversations = byChannel
                notices = "\(owned) AND channel = ?4 AND min(sent_at, received_at) <= ?5"
            }
        }

        /// The account's own answers to comments.
        private static func answers(to messages: String) -> String {
            """
            parent IN (SELECT erasure_digest FROM messages WHERE \(messages) AND kind = \(ChannelEvent.Kind.comment.code))
                AND (workspace = ?1 OR workspace >= ?2 AND workspace < ?3)
            """
        }
    }

    private func values(_ subject: Subject) -> [SQLValue] {
        let rooms = HeldRoom.range(of: subject.workspace)
        let which: SQLValue =
            switch subject.part {
            case .channel: SQLValue(subject.channel?.rawValue)
            case .messages: .list((subject.messages ?? []).map(\.rawValue))
            case .conversations, nil: .list(subject.conversations.map(\.rawValue))
            }
        return [.text(subject.workspace.rawValue), rooms.first, rooms.end, which, .integer(subject.cutoff?.rawValue ?? .max)]
    }

    // MARK: Collecting

    /// Says whose it is: a hold may keep it for them, and what they said before the cut-off stays out wherever it is under way.
    func collect(_ subject: Subject, _ part: Subject.Part, _ connection: Connection) throws -> CollectSubject.Response {
        let (conditions, values) = (Conditions(part), values(subject))
        func count(_ table: String, _ condition: String) throws -> Int64 {
            try connection.first("SELECT count(*) FROM \(table) WHERE \(condition)", values) { $0.int(0) } ?? 0
        }
        var known = subject
        if part != .channel {
            let places =
                part == .messages ? "SELECT conversation FROM messages WHERE \(conditions.messages)" : conditions.conversations
            try connection.each(
                """
                SELECT id, channel, participant FROM conversations WHERE id IN (\(places)) AND ?5 = ?5
                """, values
            ) { row in
                var owner = Subject(
                    workspace: subject.workspace, aliases: try aliases(of: ParticipantID(rawValue: row.int(2)), connection))
                owner.conversations = [ConversationID(rawValue: row.int(0))]
                owner.channel = ChannelID(rawValue: row.text(1))
                known.formUnion(owner)
            }
        }
        return CollectSubject.Response(
            subject: known,
            rows: [
                "messages": try count("messages", conditions.messages),
                "pending_statuses": try count("pending_statuses", conditions.pending),
                "notices": try count("notices", conditions.notices),
                "insights": part == .channel ? try count("insights", ConversationStoreStore.ofChannel) : 0
            ])
    }

    /// Numbers of a channel's account.
    private static let ofChannel = "workspace = ?1 AND channel = ?4 AND until <= ?5 AND ?2 < ?3"

    // MARK: Erasing

    /// At most about `limit` rows; without one all of it.
    func erase(_ subject: Subject, _ part: Subject.Part, limit: Int? = nil, _ connection: Connection) throws -> [String: Int64] {
        let (conditions, values) = (Conditions(part), values(subject))
        let most = limit ?? -1
        var rows: [String: Int64] = [:]
        func remove(_ table: String, _ condition: String) throws {
            let due = "SELECT rowid FROM \(table) WHERE \(condition) LIMIT \(most)"
            rows[table] = Int64(try connection.run("DELETE FROM \(table) WHERE rowid IN (\(due))", values))
        }
        // While the comments that they answer are here.
        try remove("notices", conditions.notices)
        let messages = try messages(conditions.messages, values, limit: most, connection)
        let list = SQLValue.list(messages.map(\.rawValue))
        try placeTombstones("messages", where: "id IN (SELECT value FROM json_each(?))", [list], connection)
        rows["search_terms"] = try messages.reduce(0) { try $0 + removeFromIndex($1, connection) }
        // What was done to a message goes with it, whenever that was.
        try connection.run("DELETE FROM messages WHERE about IN (SELECT value FROM json_each(?))", [list])
        try connection.run("DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?))", [list])
        rows["messages"] = Int64(messages.count)
        if part != .messages {
            try placeTombstones("pending_statuses", where: conditions.pending, values, connection)
            rows["pending_statuses"] = Int64(try connection.run("DELETE FROM pending_statuses WHERE \(conditions.pending)", values))
        }
        if part == .channel {
            rows["insights"] = Int64(try connection.run("DELETE FROM insights WHERE \(ConversationStoreStore.ofChannel)", values))
        }
        rows["conversations"] = try removeEmpty(conditions.conversations, values, limit: most, connection)
        if part == .channel { rows["participants"] = try removeNameless(subject, limit: most, connection) }
        if part != .channel { try removeEmptyRooms(of: subject.workspace, connection) }
        acquaintances.forgetAll()
        return rows
    }

    /// What a hold had set aside is gone: so are the nameless twins that had it.
    private func removeEmptyRooms(of workspace: WorkspaceID, _ connection: Connection) throws {
        let rooms = HeldRoom.range(of: workspace)
        try connection.run(
            """
            DELETE FROM conversations WHERE workspace >= ? AND workspace < ?
                AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id)
            """, rooms.first, rooms.end)
        try connection.run(
            """
            DELETE FROM participants WHERE workspace >= ? AND workspace < ?
                AND NOT EXISTS (SELECT 1 FROM conversations WHERE participant = participants.id)
                AND NOT EXISTS (SELECT 1 FROM aliases WHERE participant = participants.id)
            """, rooms.first, rooms.end)
    }

    private func messages(_ condition: String, _ values: [SQLValue], limit: Int, _ connection: Connection) throws -> [MessageID] {
        var messages: [MessageID] = []
        try connection.each("SELECT id FROM messages WHERE \(condition) LIMIT \(limit)", values) {
            messages.append(MessageID(rawValue: $0.int(0)))
        }
        return messages
    }

    private func removeEmpty(_ conversations: String, _ values: [SQLValue], limit: Int, _ connection: Connection) throws -> Int64 {
        let empty = """
            SELECT id FROM conversations WHERE id IN (\(conversations)) AND ?5 = ?5
                AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id)
                AND NOT EXISTS (SELECT 1 FROM pending_statuses WHERE conversation = conversations.id) LIMIT \(limit)
            """
        return Int64(try connection.run("DELETE FROM conversations WHERE id IN (\(empty))", values))
    }

    /// Whoever was met on the channel alone: people of the workspace who have no conversation any more.
    private func removeNameless(_ subject: Subject, limit: Int, _ connection: Connection) throws -> Int64 {
        var people: [ParticipantID] = []
        try connection.each(
            """
            SELECT id FROM participants WHERE workspace = ?1 AND first_seen_at <= ?2
                AND NOT EXISTS (SELECT 1 FROM conversations WHERE participant = participants.id)
                AND NOT EXISTS (SELECT 1 FROM lineages WHERE participant = participants.id OR former = participants.id) LIMIT \(limit)
            """, .text(subject.workspace.rawValue), .integer(subject.cutoff?.rawValue ?? .max)
        ) { people.append(ParticipantID(rawValue: $0.int(0))) }
        for person in people {
            try keepObjection(of: person, connection)
            for table in PersonTable.allCases { try connection.run(table.deletion, .integer(person.rawValue)) }
        }
        return Int64(people.count)
    }

    // MARK: Holding

    /// Moves what goes into a held room, under a twin of its person who has no names: the person goes on outside.
    func setAside(_ subject: Subject, _ part: Subject.Part, _ connection: Connection) throws -> [String: Int64] {
        let rows = try collect(subject, part, connection).rows
        guard part != .channel else { return rows }
        let messages = try messages(Conditions(part).messages, values(subject), limit: -1, connection)
        let list = SQLValue.list(messages.map(\.rawValue))
        try placeTombstones("messages", where: "id IN (SELECT value FROM json_each(?))", [list], connection)
        for message in messages { _ = try removeFromIndex(message, connection) }
        var places: [(conversation: Int64, person: Int64)] = []
        try connection.each(
            """
            SELECT DISTINCT conversations.id, participant FROM messages JOIN conversations ON conversations.id = conversation
            WHERE messages.id IN (SELECT value FROM json_each(?)) AND workspace = ?
            """, list, .text(subject.workspace.rawValue)
        ) { places.append(($0.int(0), $0.int(1))) }
        for place in places {
            let room = try twin(of: place.person, in: subject.workspace, connection)
            switch part {
            // The conversation keeps its number, by which the erasure will find it; what stays in use gets a new one.
            case .conversations: try move(conversation: place.conversation, of: place.person, to: room, leaving: list, connection)
            case .messages: try move(list, from: place.conversation, to: room, connection)
            case .channel: break
            }
        }
        acquaintances.forgetAll()
        return rows
    }

    private struct Room {
        let name: SQLValue
        let twin: SQLValue
    }

    private func twin(of person: Int64, in workspace: WorkspaceID, _ connection: Connection) throws -> Room {
        try connection.run(
            "INSERT INTO participants (workspace, name, first_seen_at) SELECT ?2, name, first_seen_at FROM participants WHERE id = ?1",
            .integer(person), .text(workspace.rawValue + HeldRoom.mark))
        let twin = connection.lastInsertedRow
        let name = SQLValue.text(HeldRoom.name(of: ParticipantID(rawValue: twin), in: workspace))
        try connection.run("UPDATE participants SET workspace = ?2 WHERE id = ?1", .integer(twin), name)
        // An erasure of the person finds it, and a hold on them.
        try connection.run("INSERT INTO lineages (participant, former) VALUES (?, ?)", .integer(person), .integer(twin))
        return Room(name: name, twin: .integer(twin))
    }

    private func move(
        conversation: Int64, of person: Int64, to room: Room, leaving held: SQLValue, _ connection: Connection
    ) throws {
        try connection.run(
            "UPDATE conversations SET workspace = ?2, participant = ?3 WHERE id = ?1", .integer(conversation), room.name, room.twin)
        let newer = "conversation = ?1 AND id NOT IN (SELECT value FROM json_each(?2))"
        let latest = try connection.first("SELECT max(id) FROM messages WHERE \(newer)", .integer(conversation), held) { $0.optionalInt(0) }
        guard let latest = latest ?? nil else { return }
        try connection.run(
            """
            INSERT INTO conversations (workspace, channel, participant, listed, assignee)
            SELECT participants.workspace, channel, participants.id, ?3, assignee FROM conversations, participants
            WHERE conversations.id = ?1 AND participants.id = ?2
            """, .integer(conversation), .integer(person), .integer(latest))
        try connection.run(
            "UPDATE messages SET conversation = ?3 WHERE \(newer)", .integer(conversation), held, .integer(connection.lastInsertedRow))
    }

    private func move(_ messages: SQLValue, from conversation: Int64, to room: Room, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO conversations (workspace, channel, participant) SELECT ?2, channel, ?3 FROM conversations WHERE id = ?1",
            .integer(conversation), room.name, room.twin)
        try connection.run(
            """
            UPDATE messages SET conversation = ?3 WHERE conversation = ?1
                AND (id IN (SELECT value FROM json_each(?2)) OR about IN (SELECT value FROM json_each(?2)))
            """, .integer(conversation), messages, .integer(connection.lastInsertedRow))
    }

    // MARK: After a restore

    /// Not what is in held rooms: that is out of use already.
    func returnedParts(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject] {
        var parts: [Subject] = []
        var channels: [String: WorkspaceID] = [:]
        func add(_ name: ErasedName, _ part: Subject.Part, _ workspace: String, _ set: (inout Subject) -> Void) throws {
            guard let cutoff = try Tombstones.cutoff(digester.digests(name), connection) else { return }
            var subject = Subject(workspace: WorkspaceID(rawValue: workspace))
            (subject.part, subject.cutoff) = (part, cutoff)
            set(&subject)
            parts.append(subject)
        }
        let isUsed = "instr(workspace, '\(HeldRoom.mark)') = 0"
        try connection.each("SELECT id, workspace, channel FROM conversations WHERE \(isUsed)") { row in
            let id = ConversationID(rawValue: row.int(0))
            channels[row.text(2)] = WorkspaceID(rawValue: row.text(1))
            try add(.conversation(id), .conversations, row.text(1)) { $0.conversations = [id] }
        }
        try connection.each(
            "SELECT messages.id, workspace FROM messages JOIN conversations ON conversations.id = conversation WHERE \(isUsed)"
        ) { row in
            let id = MessageID(rawValue: row.int(0))
            try add(.ownMessage(id), .messages, row.text(1)) { $0.messages = [id] }
        }
        return parts + (try Tombstones.erasedChannels(channels.map { (ChannelID(rawValue: $0), $1) }, digester, connection))
    }
}
