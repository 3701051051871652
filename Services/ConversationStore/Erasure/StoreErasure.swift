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
        return CollectSubject.Response(subject: union, rows: try count(people, connection))
    }

    /// Marks every message as erased under the platform's id, then deletes the rows. The messages' keys stay: no person is found by them,
    /// and repeats stay out.
    func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        let people = try people(of: subject, connection)
        var rows: [String: Int64] = [:]
        for table in PersonTable.allCases { rows[table.rawValue] = 0 }
        for person in people {
            for conversation in try conversations(of: person, connection) { try placeTombstones(in: conversation, connection) }
            for table in PersonTable.allCases {
                rows[table.rawValue, default: 0] += Int64(try connection.run(table.deletion, .integer(person.rawValue)))
            }
        }
        acquaintances.forgetAll()
        return rows
    }

    private func people(of subject: Subject, _ connection: Connection) throws -> [ParticipantID] {
        var people: Set<ParticipantID> = []
        for alias in subject.aliases where alias.kind != .username {
            if let found = try participant(named: alias, in: subject.workspace, connection) { people.insert(found) }
        }
        people.formUnion(subject.participants)
        return try people.filter { try isCovered($0, by: subject, connection) }.sorted()
    }

    /// Of the subject's workspace, and first seen before the cut-off: who came later began a new relationship.
    private func isCovered(_ person: ParticipantID, by subject: Subject, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT first_seen_at FROM participants WHERE id = ? AND workspace = ?", .integer(person.rawValue),
            .text(subject.workspace.rawValue)
        ) { subject.covers(Timestamp(rawValue: $0.int(0))) } ?? false
    }

    private func conversations(of person: ParticipantID, _ connection: Connection) throws -> [ConversationID] {
        var conversations: [ConversationID] = []
        try connection.each("SELECT id FROM conversations WHERE participant = ?", .integer(person.rawValue)) { row in
            conversations.append(ConversationID(rawValue: row.int(0)))
        }
        return conversations
    }

    private func count(_ people: [ParticipantID], _ connection: Connection) throws -> [String: Int64] {
        var rows: [String: Int64] = [:]
        for table in PersonTable.allCases {
            rows[table.rawValue] = 0
            for person in people {
                rows[table.rawValue, default: 0] += try connection.first(table.count, .integer(person.rawValue)) { $0.int(0) } ?? 0
            }
        }
        return rows
    }

    private func placeTombstones(in conversation: ConversationID, _ connection: Connection) throws {
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
    case changes
    case deliveryStatuses = "delivery_statuses"
    case messages, conversations, aliases, participants

    var count: String { "SELECT count(*) FROM \(rawValue) WHERE \(condition)" }
    var deletion: String { "DELETE FROM \(rawValue) WHERE \(condition)" }

    private var condition: String {
        let conversations = "(SELECT id FROM conversations WHERE participant = ?)"
        let messages = "(SELECT id FROM messages WHERE conversation IN \(conversations))"
        return switch self {
        case .pendingStatuses, .messages: "conversation IN \(conversations)"
        case .changes, .deliveryStatuses: "message IN \(messages)"
        case .conversations, .aliases: "participant = ?"
        case .participants: "id = ?"
        }
    }
}
