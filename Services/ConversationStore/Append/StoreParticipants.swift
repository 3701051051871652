import ConversationStoreContracts
import Domain
import SQLite

extension ConversationStoreStore {
    /// The conversation that an event belongs to; a person or channel never met before gets one.
    func place(
        of prepared: PreparedEvent, _ delivery: PreparedDelivery, _ connection: Connection, _ appended: inout Appended
    ) throws -> ConversationPlace {
        // A new name may belong to a face that we know: who says so must be heard.
        if prepared.event.kind != .identity, let known = appended.learned[prepared.face] ?? acquaintances.find(prepared.face) {
            return known
        }
        let (participant, isCurrent) = try meetParticipant(prepared.event, delivery, connection)
        let place = try meetConversation(participant, delivery, connection)
        // A late event's former name must not pass for one that teaches nothing.
        guard isCurrent else { return place }
        if appended.generation != acquaintances.generation {  // This event changed what faces before it lead to.
            appended.learned = [:]
            appended.generation = acquaintances.generation
        }
        appended.learned[prepared.face] = place
        return place
    }

    /// Who an event is with, by the surest of its names that is known, those that they had before last; nil when none is.
    func participant(of event: ChannelEvent, _ delivery: PreparedDelivery, _ connection: Connection) throws -> ParticipantID? {
        try participant(of: event.participant, delivery, connection)
            ?? event.details?.previous.flatMap { try participant(of: $0, delivery, connection) }
    }

    private func participant(
        of identity: ParticipantIdentity, _ delivery: PreparedDelivery, _ connection: Connection
    ) throws -> ParticipantID? {
        for alias in identity.identifyingAliases(on: delivery.platform) {
            guard let found = try participant(named: alias, in: delivery.workspace, connection) else { continue }
            // A phone number passes on: one that comes with another BSUID than its holder's is somebody else's now.
            if alias.kind == .phone, identity.bsuid != nil, try hasBSUID(found, connection) { continue }
            return found
        }
        return nil
    }

    /// Asked for a participant whom the event's own BSUID does not name.
    private func hasBSUID(_ participant: ParticipantID, _ connection: Connection) throws -> Bool {
        try connection.first(
            "SELECT 1 FROM aliases WHERE participant = ? AND kind = ?", .integer(participant.rawValue), .text(Alias.Kind.bsuid.rawValue)
        ) { _ in true } ?? false
    }

    func participant(named alias: Alias, in workspace: WorkspaceID, _ connection: Connection) throws -> ParticipantID? {
        try connection.first(
            "SELECT participant FROM aliases WHERE workspace = ? AND platform = ? AND kind = ? AND value = ?", .text(workspace.rawValue),
            .text(alias.platform.rawValue), .text(alias.kind.rawValue), .text(alias.value)
        ) { ParticipantID(rawValue: $0.int(0)) }
    }

    /// - Returns: the participant, and whether all that the event says of them holds now.
    private func meetParticipant(
        _ event: ChannelEvent, _ delivery: PreparedDelivery, _ connection: Connection
    ) throws -> (ParticipantID, isCurrent: Bool) {
        let current = try self.participant(of: event.participant, delivery, connection)
        let former = try event.details?.previous.flatMap { try self.participant(of: $0, delivery, connection) }
        let known = current ?? former
        let participant = try known ?? newParticipant(event, delivery, connection)
        if let former, former != participant { try link(participant, to: former, connection) }
        // Two people whom one event names stay two: a wrong merge would erase one with the other. So a name stays whose it is, but for a
        // phone whose holder another BSUID names: it has passed on, and its former holder can still be found.
        for alias in event.participant.identifyingAliases(on: delivery.platform) {
            let holder = try self.participant(named: alias, in: delivery.workspace, connection)
            let passedOn = try holder.map { try alias.kind == .phone && event.participant.bsuid != nil && hasBSUID($0, connection) } ?? true
            if passedOn { try give(alias, to: participant, in: delivery.workspace, connection) }
        }
        // Names that they had may be somebody else's by now.
        for alias in event.details?.previous?.identifyingAliases(on: delivery.platform) ?? []
        where try self.participant(named: alias, in: delivery.workspace, connection) == nil {
            try give(alias, to: participant, in: delivery.workspace, connection)
        }
        if let username = event.participant.username {
            try give(Alias(delivery.platform, .username, username), to: participant, in: delivery.workspace, connection)
        }
        if known == nil { try recallObjection(of: participant, connection) }
        guard known != nil, let name = event.participant.name else { return (participant, true) }
        return (participant, try rename(participant, name, at: event.happenedAt, connection))
    }

    /// The platform says that both are one person. They stay two here, and an erasure of one takes both.
    private func link(_ participant: ParticipantID, to former: ParticipantID, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO lineages (participant, former) VALUES (?, ?) ON CONFLICT DO NOTHING", .integer(participant.rawValue),
            .integer(former.rawValue))
    }

    private func newParticipant(_ event: ChannelEvent, _ delivery: PreparedDelivery, _ connection: Connection) throws -> ParticipantID {
        let name = event.participant.name
        try connection.run(
            "INSERT INTO participants (workspace, name, name_at, first_seen_at) VALUES (?, ?, ?, ?)", .text(delivery.workspace.rawValue),
            SQLValue(name), SQLValue(name == nil ? nil : event.happenedAt.rawValue), .integer(event.happenedAt.rawValue))
        return ParticipantID(rawValue: connection.lastInsertedRow)
    }

    /// A phone number or a username may pass to somebody else: it belongs to whoever was seen with it last.
    func give(_ alias: Alias, to participant: ParticipantID, in workspace: WorkspaceID, _ connection: Connection) throws {
        let holder = try self.participant(named: alias, in: workspace, connection)
        guard holder != participant else { return }
        if holder != nil { acquaintances.forgetAll() }
        try connection.run(
            """
            INSERT INTO aliases (workspace, platform, kind, value, participant) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET participant = excluded.participant
            """, .text(workspace.rawValue), .text(alias.platform.rawValue), .text(alias.kind.rawValue), .text(alias.value),
            .integer(participant.rawValue))
    }

    /// The name as the person last gave it; a late event doesn't bring an old one back. Returns whether it is their name now.
    func rename(_ participant: ParticipantID, _ name: String, at time: Timestamp, _ connection: Connection) throws -> Bool {
        let renamed = try connection.run(
            "UPDATE participants SET name = ?2, name_at = ?3 WHERE id = ?1 AND name IS NOT ?2 AND coalesce(name_at, 0) <= ?3",
            .integer(participant.rawValue), .text(name), .integer(time.rawValue))
        if renamed > 0 {
            acquaintances.forgetAll()  // A face with the former name would otherwise pass as known.
            return true
        }
        return try connection.first("SELECT name IS ?2 FROM participants WHERE id = ?1", .integer(participant.rawValue), .text(name)) {
            $0.bool(0)
        } ?? false
    }

    private func meetConversation(
        _ participant: ParticipantID, _ delivery: PreparedDelivery, _ connection: Connection
    ) throws -> ConversationPlace {
        let known = try connection.first(
            "SELECT id, listed FROM conversations WHERE participant = ? AND channel = ?", .integer(participant.rawValue),
            .text(delivery.channel.rawValue)
        ) {
            ConversationPlace(
                conversation: ConversationID(rawValue: $0.int(0)), listed: $0.optionalInt(1).map(MessageID.init(rawValue:)))
        }
        if let known { return known }
        try connection.run(
            "INSERT INTO conversations (workspace, channel, participant) VALUES (?, ?, ?)", .text(delivery.workspace.rawValue),
            .text(delivery.channel.rawValue), .integer(participant.rawValue))
        return ConversationPlace(conversation: ConversationID(rawValue: connection.lastInsertedRow), listed: nil)
    }
}
