import Domain
import Erasure
import HandoffContextContracts
import HolderContracts
import Policy
import SQLite
import Wire

/// What was given to whom, as references: which messages it was made of, and none of their words.
extension HandoffContextStore {
    /// Stores that a context is given.
    func give(
        _ context: HandoffContext, to audience: ReadContext.Audience, of place: SessionPlace, now: Timestamp, _ connection: Connection
    ) throws {
        try admit(audience, to: place, now: now, connection)
        try connection.run(
            "INSERT INTO snapshots (workspace, conversation, participant, audience, messages, given_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(place.workspace.rawValue), .integer(place.conversation.rawValue), .integer(place.participant.rawValue),
            .text(audience.rawValue), .blob(FieldVisitor.write(SnapshotMessages(context))), .integer(now.rawValue))
    }

    /// Refuses a context where an assistant may not have it any more, or the person was erased since.
    func admit(_ audience: ReadContext.Audience, to place: SessionPlace, now: Timestamp, _ connection: Connection) throws {
        if try Tombstones.cutoff(digester.digests(.participant(place.participant)), connection) != nil {
            throw Handoff.Refused<ReadContext>(reason: .unknownConversation)
        }
        let session = try session(place.conversation, now: now, connection) ?? Session()
        switch (audience, session.state) {
        case (.human, _), (.assistant, .bot), (.assistant, .waiting): break
        case (.assistant, .human): throw Handoff.Refused<ReadContext>(reason: .heldByPerson)
        case (.assistant, .closed): throw Handoff.Refused<ReadContext>(reason: .conversationClosed)
        }
    }

    /// A message of the conversation is gone: whatever was made of it is not kept as a reference either.
    func dropSnapshots(of conversation: ConversationID, _ connection: Connection) throws {
        try connection.run("DELETE FROM snapshots WHERE conversation = ?", .integer(conversation.rawValue))
    }

    private func removeSnapshots(_ ids: some Sequence<Int64>, _ connection: Connection) throws {
        for id in ids { try connection.run("DELETE FROM snapshots WHERE id = ?", .integer(id)) }
    }

    // MARK: Erasure

    func snapshotCount(of subject: Subject, _ connection: Connection) throws -> Int64 {
        Int64(try snapshots(of: subject, connection).count)
    }

    func eraseSnapshots(of subject: Subject, _ connection: Connection) throws -> Int64 {
        let found = try snapshots(of: subject, connection)
        try removeSnapshots(found, connection)
        return Int64(found.count)
    }

    /// A person's own, and those of conversations that are named: one may be both.
    private func snapshots(of subject: Subject, _ connection: Connection) throws -> Set<Int64> {
        var found: Set<Int64> = []
        for participant in subject.participants {
            try connection.each(
                "SELECT id FROM snapshots WHERE participant = ? AND workspace = ?", .integer(participant.rawValue),
                .text(subject.workspace.rawValue)
            ) { found.insert($0.int(0)) }
        }
        for conversation in subject.conversations {
            try connection.each(
                "SELECT id FROM snapshots WHERE conversation = ? AND workspace = ?", .integer(conversation.rawValue),
                .text(subject.workspace.rawValue)
            ) { found.insert($0.int(0)) }
        }
        return found
    }
}

/// The messages of a snapshot, as they are stored.
private struct SnapshotMessages: Fields {
    var messages: [MessageID] = []

    init() {}

    init(_ context: HandoffContext) {
        let summary = context.summary?.lines ?? []
        let cited =
            (context.lines + context.openQuestions + summary).flatMap(\.cites) + context.facts.flatMap(\.cites)
            + (context.language?.cites ?? [])
        messages = Set(cited).sorted()
    }

    mutating func visit(_ fields: inout FieldVisitor) { fields.field("messages", &messages, max: 200) }
}
