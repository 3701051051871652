import ConversationStoreContracts
import Digest
import Domain
import Erasure
import HolderContracts
import SQLite

extension ConversationStoreStore: HolderStore {
    /// The people whom the subject's names lead to, with all their names and conversations.
    ///
    /// A username leads to nobody: it may belong to somebody else by now, and another person must not lose a row.
    func collect(_ subject: Subject, _ connection: Connection) throws -> CollectSubject.Response {
        if subject.isWhole == true {
            return CollectSubject.Response(subject: subject, rows: try workspaceCounts(subject.workspace, connection))
        }
        var found = subject
        let people = try people(of: subject, connection)
        found.participants = people
        for person in people {
            try connection.each("SELECT platform, kind, value FROM aliases WHERE participant = ?", .integer(person.rawValue)) { row in
                found.aliases.append(Alias(row))
            }
            found.conversations += try conversations(of: person, connection)
        }
        var union = subject
        union.formUnion(found)
        var rows = try count(people, connection)
        rows["notices"] = Int64(try notices(about: subject, people, connection).count)
        rows["links", default: 0] += try linksSaid(by: subject, connection)
        rows["conversations", default: 0] += try assignments(of: subject, connection)
        rows["member_reads", default: 0] += try reads(of: subject, connection)
        rows["mentions"] = Int64(try mentions(of: subject, connection).count)
        return CollectSubject.Response(subject: union, rows: rows)
    }

    /// Marks every message as erased under the platform's id, then deletes the rows. The messages' keys stay: no person is found by them,
    /// and repeats stay out.
    func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        let people = try people(of: subject, connection)
        var rows: [String: Int64] = ["notices": 0, "search_terms": 0, "mentions": 0]
        // While the comments that they answer are here.
        for notice in try notices(about: subject, people, connection) {
            rows["notices", default: 0] += Int64(try connection.run("DELETE FROM notices WHERE id = ?", .integer(notice.rawValue)))
        }
        for table in PersonTable.allCases { rows[table.rawValue] = 0 }
        for person in people {
            for conversation in try conversations(of: person, connection) {
                try placeTombstones(in: conversation, connection)
                rows["search_terms", default: 0] += try removeFromIndex(conversation, connection)
            }
            try keepObjection(of: person, connection)
            for table in PersonTable.allCases {
                rows[table.rawValue, default: 0] += Int64(try connection.run(table.deletion, .integer(person.rawValue)))
            }
        }
        rows["links", default: 0] += try forgetWhoLinked(subject, connection)
        rows["conversations", default: 0] += try unassign(subject, connection)
        rows["member_reads", default: 0] += try forgetReads(of: subject, connection)
        // Those in the person's own messages went with them.
        rows["mentions"] = try eraseMentions(of: subject, connection)
        acquaintances.forgetAll()
        return rows
    }

    private func linksSaid(by subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + (connection.first(
                    """
                    SELECT count(*) FROM links JOIN participants ON id = participant
                    WHERE linked_by = ? AND (workspace = ? OR workspace >= ? AND workspace < ?)
                    """, .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end
                ) { $0.int(0) } ?? 0)
        }
    }

    /// A link stands without the member who said so.
    private func forgetWhoLinked(_ subject: Subject, _ connection: Connection) throws -> Int64 {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try subject.members.reduce(0) { count, member in
            try count
                + Int64(
                    connection.run(
                        """
                        UPDATE links SET linked_by = NULL
                        WHERE linked_by = ? AND participant IN
                            (SELECT id FROM participants WHERE workspace = ? OR workspace >= ? AND workspace < ?)
                        """, .text(member.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end))
        }
    }

    func people(of subject: Subject, _ connection: Connection) throws -> [ParticipantID] {
        var people: Set<ParticipantID> = []
        for alias in subject.aliases where alias.kind != .username {
            if let found = try participant(named: alias, in: subject.workspace, connection) { people.insert(found) }
            people.formUnion(try heldPeople(named: alias, in: subject.workspace, connection))
        }
        people.formUnion(subject.participants)
        for person in people { people.formUnion(try kin(of: person, connection)) }
        return try people.filter { try isCovered($0, by: subject, connection) }.sorted()
    }

    /// Whoever the platform said to be the same person, and whoever is proved to be.
    private func kin(of person: ParticipantID, _ connection: Connection) throws -> Set<ParticipantID> {
        var kin: Set<ParticipantID> = []
        try connection.each(
            """
            WITH RECURSIVE kin (id) AS (
                VALUES (?1)
                UNION SELECT former FROM lineages JOIN kin ON participant = kin.id
                UNION SELECT participant FROM lineages JOIN kin ON former = kin.id
                UNION SELECT other FROM links JOIN kin ON participant = kin.id WHERE kind IN (?2, ?3)
                UNION SELECT participant FROM links JOIN kin ON other = kin.id WHERE kind IN (?2, ?3))
            SELECT id FROM kin
            """, .integer(person.rawValue), .integer(LinkEvidence.Kind.code.code), .integer(LinkEvidence.Kind.document.code)
        ) { kin.insert(ParticipantID(rawValue: $0.int(0))) }
        return kin
    }

    /// Notices in which one of the subject's names stands, and the account's own answers to their comments.
    func notices(about subject: Subject, _ people: [ParticipantID], _ connection: Connection) throws -> [NoticeID] {
        var found: Set<NoticeID> = []
        for person in people {
            try connection.each(
                """
                SELECT notices.id FROM conversations JOIN messages ON conversation = conversations.id
                    JOIN notices ON parent = erasure_digest AND notices.workspace = conversations.workspace
                WHERE participant = ?1 AND messages.kind = ?2
                """, .integer(person.rawValue), .integer(ChannelEvent.Kind.comment.code)
            ) { found.insert(NoticeID(rawValue: $0.int(0))) }
        }
        let rooms = HeldRoom.range(of: subject.workspace)
        for name in subject.searchableNames {
            try connection.each(
                """
                SELECT id, min(sent_at, received_at), text, details, raw FROM notices
                WHERE (workspace = ?1 OR workspace >= ?3 AND workspace < ?4) AND (instr(text, ?2) > 0
                    OR instr(details, CAST(?2 AS BLOB)) > 0 OR instr(raw, CAST(?2 AS BLOB)) > 0)
                """, .text(subject.workspace.rawValue), .text(name), rooms.first, rooms.end
            ) { row in
                let isMentioned = (2...4).contains { column in row.withBytes(column) { MentionedNames.holds(name, in: Array($0)) } }
                if isMentioned, subject.covers(Timestamp(rawValue: row.int(1))) { found.insert(NoticeID(rawValue: row.int(0))) }
            }
        }
        return found.sorted()
    }

    /// Of the subject's workspace, and first seen before the cut-off: who came later began a new relationship.
    private func isCovered(_ person: ParticipantID, by subject: Subject, _ connection: Connection) throws -> Bool {
        let rooms = HeldRoom.range(of: subject.workspace)
        return try connection.first(
            "SELECT first_seen_at FROM participants WHERE id = ? AND (workspace = ? OR workspace >= ? AND workspace < ?)",
            .integer(person.rawValue), .text(subject.workspace.rawValue), rooms.first, rooms.end
        ) { subject.covers(Timestamp(rawValue: $0.int(0))) } ?? false
    }

    func conversations(of person: ParticipantID, _ connection: Connection) throws -> [ConversationID] {
        var conversations: [ConversationID] = []
        try connection.each("SELECT id FROM conversations WHERE participant = ?", .integer(person.rawValue)) { row in
            conversations.append(ConversationID(rawValue: row.int(0)))
        }
        return conversations
    }

    func count(_ people: [ParticipantID], _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for table in PersonTable.allCases {
            rows[table.rawValue] = 0
            for person in people {
                rows[table.rawValue, default: 0] += try connection.first(table.count, .integer(person.rawValue)) { $0.int(0) } ?? 0
            }
        }
        return rows
    }

    func placeTombstones(in conversation: ConversationID, _ connection: Connection) throws {
        let now = clock.now
        var tombstones: [Tombstone] = []
        for sql in [
            "SELECT erasure_digest, erasure_pepper FROM messages WHERE conversation = ?",
            "SELECT erasure_digest, erasure_pepper FROM pending_statuses WHERE conversation = ?"
        ] {
            try connection.each(sql, .integer(conversation.rawValue)) { row in
                tombstones.append(Tombstone(digest: Hex.encode(row.blob(0)), pepper: row.int(1), cutoff: now))
            }
        }
        try Tombstones.place(tombstones, now: now, connection)
    }
}

/// The tables that hold a person's rows, those that refer to others first.
enum PersonTable: String, CaseIterable {
    case pendingStatuses = "pending_statuses"
    case waitingEvents = "waiting_events"
    case memberReads = "member_reads"
    case lineages, links
    case participantFields = "participant_fields"
    case changes
    case deliveryStatuses = "delivery_statuses"
    case messages, conversations, aliases, profiles, participants

    var count: String { "SELECT count(*) FROM \(rawValue) WHERE \(condition)" }
    var deletion: String { "DELETE FROM \(rawValue) WHERE \(condition)" }

    private var condition: String {
        let conversations = "(SELECT id FROM conversations WHERE participant = ?1)"
        let messages = "(SELECT id FROM messages WHERE conversation IN \(conversations))"
        return switch self {
        case .pendingStatuses, .memberReads, .messages: "conversation IN \(conversations)"
        case .changes, .deliveryStatuses, .waitingEvents: "message IN \(messages)"
        case .lineages: "participant = ?1 OR former = ?1"
        case .links: "participant = ?1 OR other = ?1"
        case .conversations, .aliases, .profiles, .participantFields: "participant = ?1"
        case .participants: "id = ?1"
        }
    }
}
