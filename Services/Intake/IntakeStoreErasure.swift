import ConversationStoreContracts
import Domain
import Erasure
import HolderContracts
import Runtime
import SQLite
import Wire

/// What intake holds of a person: what is still in the outbox, and in quarantine; the forms that they sent; what a member did. Of whoever
/// authorised a connection: that they did.
struct IntakeHolding: HolderStore {
    let store: IntakeStore
    let keys: InboxKeys
    let clock: any Clock
    /// Called on the writer's thread when an erasure has changed what memory knows; it commits later, or not at all.
    let onErased: @Sendable () -> Void

    func collect(_ subject: Subject, _ connection: Connection) throws -> CollectSubject.Response {
        if subject.isWhole == true {
            return CollectSubject.Response(subject: subject, rows: try store.workspaceCounts(subject.workspace, connection))
        }
        if let part = subject.part {
            return CollectSubject.Response(subject: subject, rows: try store.counts(of: subject, part, connection))
        }
        var subject = subject
        for channel in try store.channels(connection) where channel.workspace == subject.workspace {
            subject.accounts.append(channel.account)
        }
        let rows = try store.outboxRows(of: subject, connection)
        // One event that carries two names of a person is evidence for both.
        subject.aliases += rows.flatMap(\.aliases)
        let forms = try store.formRows(of: subject, connection)
        subject.contacts += forms.values
        subject.formUnion(Subject(workspace: subject.workspace))
        return CollectSubject.Response(
            subject: subject,
            rows: [
                "outbox": Int64(rows.count),
                "quarantine": Int64(try store.quarantineRows(of: subject, keys, connection).count),
                "channel_authorizations": Int64(try store.authorized(by: subject.authorization, connection).count),
                "forms": Int64(forms.count),
                "reply_turns": try store.turnCount(of: subject, connection),
                "identity_codes": Int64(try store.codeRows(of: subject, connection).count),
                "members": try store.memberCount(subject.members, of: subject.ownWorkspace, connection)
            ].merging(try eventCounts(of: subject, connection)) { $1 })
    }

    func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        if let part = subject.part { return try store.erase(subject, part, connection) }
        return try remove(subject, connection) { try store.deleteForms($0, connection) }
    }

    func erasePortion(of subject: Subject, limit: Int, _ connection: Connection) throws -> [String: Int64] {
        defer { onErased() }
        if let part = subject.part { return try store.erase(subject, part, limit: limit, connection) }
        return try store.eraseWorkspace(subject.workspace, limit: limit, connection)
    }

    /// Forms alone are kept; what is on its way, and what members did, goes.
    func setAside(_ subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        // What is on its way is not kept here: a held part has no rows of its own in intake but these.
        if let part = subject.part { return try store.erase(subject, part, connection) }
        return try remove(subject, connection) { try store.holdForms($0, now: clock.now, connection) }
    }

    private func remove(
        _ subject: Subject, _ connection: Connection, forms removeForms: ([Int64]) throws -> Int64
    ) throws -> [String: Int64] {
        let outbox = try store.remove(try store.outboxRows(of: subject, connection).map(\.sequence), connection)
        let quarantine = try store.removeQuarantined(try store.quarantineRows(of: subject, keys, connection), connection)
        let channels = try store.authorized(by: subject.authorization, connection)
        for channel in channels {
            try store.forgetAuthorization(of: channel.id, connection)
            try store.end(channel, now: clock.now, connection)
        }
        try store.withdrawAll(
            of: try parties(of: subject, connection).map(keys.digest(of:)), until: subject.cutoff, now: clock.now, connection)
        let forms = try removeForms(store.formRows(of: subject, connection).keys.sorted())
        let turns = try store.removeTurns(of: subject, connection)
        let codes = try store.codeRows(of: subject, connection)
        for code in codes { try store.removeCode(code, connection) }
        let events = try eventCounts(of: subject, connection)
        for (category, ids) in try store.eventRows(of: subject, connection) { try store.deleteEvents(ids, of: category, connection) }
        let members = try store.removeErased(subject.members, of: subject.ownWorkspace, now: clock.now, connection)
        onErased()
        return [
            "outbox": outbox, "quarantine": quarantine, "channel_authorizations": Int64(channels.count), "forms": forms,
            "reply_turns": turns, "identity_codes": Int64(codes.count), "members": members
        ].merging(events) { $1 }
    }

    private func eventCounts(of subject: Subject, _ connection: Connection) throws -> [String: Int64] {
        let rows = try store.eventRows(of: subject, connection).map { ($0.key.table, Int64($0.value.count)) }
        return Dictionary(uniqueKeysWithValues: rows)
    }

    /// As whom the subject may have agreed to something. Their consents are proof and stay, without a name.
    private func parties(of subject: Subject, _ connection: Connection) throws -> [ConsentParty] {
        let others =
            subject.contacts.filter { $0.kind == .email }.map(ConsentParty.visitor)
            + subject.members.map { ConsentParty.member(subject.workspace, $0) }
        return try store.channels(connection).filter { $0.workspace == subject.workspace }.reduce(into: others) { parties, channel in
            parties += subject.aliases.filter { $0.platform == channel.account.platform && $0.kind != .username }.map {
                ConsentParty.participant(channel.workspace, channel.id, $0)
            }
        }
    }
}

extension IntakeStore {
    /// An outbox row that is about a subject, with the names it gives for them.
    struct HeldRow {
        let sequence: Int64
        let aliases: [Alias]
    }

    /// What happened until the cut-off. One walk over the workspace's rows, whatever the number of names. Usernames find nobody here:
    /// they may pass to somebody else. An event that names nobody may have a name in its words.
    func outboxRows(of subject: Subject, _ connection: Connection) throws -> [HeldRow] {
        let names = Set(subject.aliases.filter { $0.kind != .username })
        guard !names.isEmpty else { return [] }
        var rows: [HeldRow] = []
        try connection.each(
            """
            SELECT sequence, platform, event ->> '$.participant.igsid', event ->> '$.participant.bsuid', event ->> '$.participant.phone',
                min(event ->> '$.sentAt', event ->> '$.receivedAt'), event ->> '$.details.previous.bsuid',
                event ->> '$.details.previous.phone', CASE WHEN event -> '$.participant' = '{}' THEN event END
            FROM outbox JOIN channels ON channels.id = outbox.channel WHERE outbox.workspace = ?1 AND outbox.channel = ifnull(?2, outbox.channel)
            """, .text(subject.workspace.rawValue), SQLValue(subject.channel?.rawValue)
        ) { row in
            guard let platform = Platform(rawValue: row.text(1)), subject.covers(Timestamp(rawValue: row.int(5))) else { return }
            let participant = ParticipantIdentity(igsid: row.optionalText(2), bsuid: row.optionalText(3), phone: row.optionalText(4))
            let previous = ParticipantIdentity(bsuid: row.optionalText(6), phone: row.optionalText(7))
            let aliases = participant.identifyingAliases(on: platform) + previous.identifyingAliases(on: platform)
            let isNamed = row.withBytes(8) { Array($0) }.holdsAny(of: subject.searchableNames)
            if isNamed || !names.isDisjoint(with: aliases) { rows.append(HeldRow(sequence: row.int(0), aliases: aliases)) }
        }
        return rows
    }

    /// Channels that this user authorised, in whichever workspace: the platform names only the app and the user.
    func authorized(by authorization: Authorization?, _ connection: Connection) throws -> [Channel] {
        guard let authorization else { return [] }
        var ids: [ChannelID] = []
        try connection.each(
            "SELECT channel FROM channel_authorizations WHERE user = ? AND app = ? ORDER BY channel", .text(authorization.user),
            .text(authorization.app)
        ) { ids.append(ChannelID(rawValue: $0.text(0))) }
        return try ids.compactMap { try channel($0, connection) }
    }

    func forgetAuthorization(of channel: ChannelID, _ connection: Connection) throws {
        try connection.run("DELETE FROM channel_authorizations WHERE channel = ?", .text(channel.rawValue))
    }
}

extension [UInt8] {
    fileprivate func holdsAny(of names: Set<String>) -> Bool { !isEmpty && names.contains { MentionedNames.holds($0, in: self) } }
}

extension Subject {
    /// nil for Botseller's own people.
    fileprivate var ownWorkspace: WorkspaceID? { workspace == .nobodys ? nil : workspace }
}
