import ConversationStoreContracts
import Domain
import Erasure
import HandoffContextContracts
import HolderContracts
import Runtime
import SQLite
import Wire

/// All SQL of handoff-context.
public struct HandoffContextStore: HolderStore {
    let digester: ErasureDigester

    private let clock: any Clock

    public init(digester: ErasureDigester, clock: any Clock) {
        self.digester = digester
        self.clock = clock
    }

    // MARK: Sessions, from the store's feed

    func cursor(_ connection: Connection) throws -> Cursor {
        try connection.first("SELECT epoch, sequence FROM conversation_cursor") { Cursor(epoch: $0.text(0), sequence: $0.int(1)) }
            ?? Cursor()
    }

    /// Takes one answer of the feed; its effect and its cursor are one transaction. Returns how many changes were kept out.
    /// - Parameter asks: what the workspaces' rules make of the changes, by their places.
    func take(
        _ response: ReadConversationFeed.Response, _ asks: [Int: HandoffAsk] = [:], now: Timestamp, _ connection: Connection
    ) throws -> Int64 {
        if response.restarted {
            try connection.run("DELETE FROM sessions")
            try connection.run("DELETE FROM snapshots")
        }
        // Without tombstones nobody's digest need be made.
        let hasTombstones = try connection.first("SELECT 1 FROM tombstones LIMIT 1") { _ in true } ?? false
        var keptOut: Int64 = 0
        for (place, change) in response.changes.enumerated() {
            if try hasTombstones && isErased(change.participant, connection) {
                keptOut += 1
            } else {
                try take(change, asks[place], now: now, connection)
            }
        }
        try connection.run(
            "INSERT OR REPLACE INTO conversation_cursor (id, epoch, sequence) VALUES (1, ?, ?)", .text(response.next.epoch),
            .integer(response.next.sequence))
        return keptOut
    }

    private func take(_ change: ConversationChange, _ ask: HandoffAsk?, now: Timestamp, _ connection: Connection) throws {
        let state = try note(change, connection)
        switch change.kind {
        case .messageReceived:
            // An assistant goes on answering; anything else may have lapsed or end here.
            if state != Session.State.bot.code { try act(.wrote(at: change.at), on: change.conversation, now: now, connection) }
        case .messageSent: try answered(change.conversation, at: change.at, connection)
        case .messageWithdrawn: try dropSnapshots(of: change.conversation, connection)
        case .statusChanged, .activityRecorded: break
        }
        if let ask { try act(.asked(ask), on: change.conversation, now: now, connection) }
    }

    /// What every change tells of its conversation, in one statement: nearly all that happens are messages that are just that. Returns the
    /// code of the session's state.
    private func note(_ change: ConversationChange, _ connection: Connection) throws -> Int64 {
        // The person wrote, and waits from then on if they did not wait already.
        let since = change.kind == .messageReceived ? change.at.rawValue : nil
        let state = try connection.first(
            """
            INSERT INTO sessions (conversation, workspace, participant, last_message, last_activity_at, unanswered_since, channel)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            ON CONFLICT (conversation) DO UPDATE SET last_message = max(last_message, ?4), last_activity_at = max(last_activity_at, ?5),
                unanswered_since = coalesce(unanswered_since, ?6), channel = coalesce(?7, channel)
            RETURNING state
            """, .integer(change.conversation.rawValue), .text(change.workspace.rawValue), .integer(change.participant.rawValue),
            .integer(change.message.rawValue), .integer(change.at.rawValue), SQLValue(since),
            SQLValue(change.channel?.rawValue)
        ) { $0.int(0) }
        guard let state else { preconditionFailure("RETURNING gives the row that was written") }
        return state
    }

    // MARK: Erasure

    public func collect(_ subject: Subject, _ connection: Connection) throws -> CollectSubject.Response {
        if subject.isWhole == true {
            return CollectSubject.Response(subject: subject, rows: try workspaceCounts(subject.workspace, connection))
        }
        if let part = subject.part {
            return CollectSubject.Response(subject: subject, rows: try counts(of: subject, part, connection))
        }
        var subject = subject
        var found = Set(subject.conversations)
        for participant in subject.participants {
            try connection.each(
                "SELECT conversation FROM sessions WHERE participant = ? AND workspace = ?", .integer(participant.rawValue),
                .text(subject.workspace.rawValue)
            ) { found.insert(ConversationID(rawValue: $0.int(0))) }
        }
        subject.conversations = found.sorted()
        var count: Int64 = 0
        for conversation in subject.conversations {
            count +=
                try connection.first(
                    "SELECT count(*) FROM sessions WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue),
                    .text(subject.workspace.rawValue)
                ) { $0.int(0) } ?? 0
        }
        return CollectSubject.Response(
            subject: subject,
            rows: [
                "sessions": count + Int64(try held(by: subject, connection).count),
                "snapshots": try snapshotCount(of: subject, connection)
            ])
    }

    public func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        if let part = subject.part { return try erase(subject, part, connection) }
        let now = clock.now
        var erased = 0
        for participant in subject.participants {
            erased += try connection.run(
                "DELETE FROM sessions WHERE participant = ? AND workspace = ?", .integer(participant.rawValue),
                .text(subject.workspace.rawValue))
        }
        for conversation in subject.conversations {
            erased += try connection.run(
                "DELETE FROM sessions WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue),
                .text(subject.workspace.rawValue))
        }
        let held = try held(by: subject, connection)
        for conversation in held { try act(.lapsed(at: now), on: conversation, now: now, connection) }
        return ["sessions": Int64(erased + held.count), "snapshots": try eraseSnapshots(of: subject, connection)]
    }

    /// Sessions are derived from messages: no hold keeps them.
    public func setAside(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] { try erase(subject, connection) }

    /// What a member holds who is to be forgotten: it waits again.
    private func held(by subject: Subject, _ connection: Connection) throws -> [ConversationID] {
        var conversations: [ConversationID] = []
        for member in subject.members {
            try connection.each(
                "SELECT conversation FROM sessions WHERE holder = ? AND workspace = ?", .text(member.rawValue),
                .text(subject.workspace.rawValue)
            ) { conversations.append(ConversationID(rawValue: $0.int(0))) }
        }
        return conversations
    }
}
