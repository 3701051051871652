import Domain
import IntakeContracts
import SQLite
import Wire

/// Workspaces, channels and the feed of what other services must know about them.
extension IntakeStore {
    /// After a platform ended an account: so long its customer may connect it again before its data is erased.
    static let endedAccountMilliseconds: Int64 = 30 * 86_400_000

    /// The domain's no inside a write: takes the write back and becomes the reply's refusal.
    struct Refused<R: Request>: Error { let reason: R.Refusal }

    /// A request that is known by its key, and a digest of what it asked for.
    struct KeyedRequest: Sendable {
        let method: String
        let key: RequestKey
        let fields: [UInt8]
    }

    // MARK: Workspaces

    func open(_ request: OpenWorkspace, _ keyed: KeyedRequest, as id: WorkspaceID, now: Timestamp, _ connection: Connection) throws
        -> WorkspaceID
    {
        if let known = try answer(keyed, else: Refused<OpenWorkspace>(reason: .keyReused), connection) {
            return WorkspaceID(rawValue: known)
        }
        let instructions = Instructions(onDeletion: request.onDeletion)
        try connection.run(
            """
            INSERT INTO workspaces (id, name, market, policy_version, agreement_version, instructions, opened_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .text(id.rawValue), .text(request.name), .text(request.market), .text(request.policyVersion),
            .text(request.agreementVersion), .blob(FieldVisitor.write(instructions)), .integer(now.rawValue))
        try publish(AccessFact(.workspaceOpened, id, instructions: instructions, at: now), connection)
        try remember(keyed, answer: id.rawValue, connection)
        return id
    }

    enum Standing { case unknown, open, terminated }

    func standing(_ workspace: WorkspaceID, _ connection: Connection) throws -> Standing {
        let isTerminated = try connection.first(
            "SELECT terminated_at IS NOT NULL FROM workspaces WHERE id = ?", .text(workspace.rawValue)
        ) { $0.bool(0) }
        return isTerminated.map { $0 ? .terminated : .open } ?? .unknown
    }

    func workspace(_ id: WorkspaceID, _ connection: Connection) throws -> ReadWorkspace.Response? {
        try connection.first(
            "SELECT name, market, policy_version, agreement_version, instructions, opened_at, terminated_at FROM workspaces WHERE id = ?",
            .text(id.rawValue)
        ) { row in
            var workspace = ReadWorkspace.Response()
            workspace.name = row.text(0)
            workspace.market = row.text(1)
            workspace.policyVersion = row.text(2)
            workspace.agreementVersion = row.text(3)
            workspace.instructions = try FieldVisitor.read(Instructions.self, from: row.blob(4))
            workspace.openedAt = Timestamp(rawValue: row.int(5))
            workspace.terminatedAt = row.optionalInt(6).map { Timestamp(rawValue: $0) }
            return workspace
        }
    }

    /// Changes what is named; returns how the instructions stand then.
    func instruct(_ request: InstructWorkspace, now: Timestamp, _ connection: Connection) throws -> Instructions {
        guard let known = try workspace(request.workspace, connection) else { throw Refused<InstructWorkspace>(reason: .unknownWorkspace) }
        if known.terminatedAt != nil { throw Refused<InstructWorkspace>(reason: .workspaceTerminated) }
        var instructions = known.instructions
        instructions.onDeletion = request.onDeletion ?? instructions.onDeletion
        instructions.improvesProduct = request.improvesProduct ?? instructions.improvesProduct
        instructions.agentsSeeContacts = request.agentsSeeContacts ?? instructions.agentsSeeContacts
        instructions.assistantSeesIdentifiers = request.assistantSeesIdentifiers ?? instructions.assistantSeesIdentifiers
        instructions.supportUntil = request.supportUntil ?? instructions.supportUntil
        guard instructions != known.instructions else { return instructions }
        try connection.run(
            "UPDATE workspaces SET instructions = ? WHERE id = ?", .blob(FieldVisitor.write(instructions)),
            .text(request.workspace.rawValue))
        try publish(AccessFact(.workspaceInstructed, request.workspace, instructions: instructions, at: now), connection)
        return instructions
    }

    // MARK: Channels

    func connect(
        _ request: ConnectChannel, _ keyed: KeyedRequest, as id: ChannelID, _ credential: ChannelCredential?, now: Timestamp,
        _ connection: Connection
    ) throws -> ChannelID {
        if let known = try answer(keyed, else: Refused<ConnectChannel>(reason: .keyReused), connection) {
            return ChannelID(rawValue: known)
        }
        switch try standing(request.workspace, connection) {
        case .unknown: throw Refused<ConnectChannel>(reason: .unknownWorkspace)
        case .terminated: throw Refused<ConnectChannel>(reason: .workspaceTerminated)
        case .open: break
        }
        let isTaken = try connection.first(
            "SELECT 1 FROM channels WHERE platform = ? AND account = ? AND ended_at IS NULL", .text(request.account.platform.rawValue),
            .text(request.account.id)
        ) { $0.bool(0) }
        if isTaken != nil { throw Refused<ConnectChannel>(reason: .accountConnected) }
        try connection.run(
            "INSERT INTO channels (id, workspace, platform, account, business, connected_at) VALUES (?, ?, ?, ?, ?, ?)",
            .text(id.rawValue), .text(request.workspace.rawValue), .text(request.account.platform.rawValue), .text(request.account.id),
            SQLValue(request.business), .integer(now.rawValue))
        if let credential {
            try connection.run(
                "INSERT INTO channel_credentials (channel, header, digest) VALUES (?, ?, ?)", .text(id.rawValue), .text(credential.header),
                .blob(credential.digest))
        }
        // Connected again: what came by the account's former channel stays.
        try connection.run(
            "UPDATE channels SET erasure_due_at = NULL WHERE platform = ? AND account = ? AND workspace = ?",
            .text(request.account.platform.rawValue), .text(request.account.id), .text(request.workspace.rawValue))
        let attestation = request.attestation
        try connection.run(
            """
            INSERT INTO attestations (channel, member, text_version, attested_at, rights, notices, consents) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, .text(id.rawValue), .text(attestation.member), .text(attestation.textVersion), .integer(attestation.attestedAt.rawValue),
            SQLValue(attestation.rights), SQLValue(attestation.notices), SQLValue(attestation.consents))
        if let authorization = request.authorization {
            try connection.run(
                "INSERT INTO channel_authorizations (channel, app, user, member) VALUES (?, ?, ?, ?)", .text(id.rawValue),
                .text(authorization.app), .text(authorization.user), .text(authorization.member))
        }
        try publish(AccessFact(.channelConnected, request.workspace, channel: id, account: request.account, at: now), connection)
        try remember(keyed, answer: id.rawValue, connection)
        return id
    }

    func channels(_ connection: Connection) throws -> [Channel] {
        var channels: [Channel] = []
        try connection.each("SELECT \(IntakeStore.channelColumns) FROM channels ORDER BY connected_at") { row in
            guard let channel = IntakeStore.channel(row) else { return }
            channels.append(channel)
        }
        for index in channels.indices { channels[index].credentials = try credentials(of: channels[index].id, connection) }
        return channels
    }

    func channel(_ id: ChannelID, _ connection: Connection) throws -> Channel? {
        var channel =
            try connection.first("SELECT \(IntakeStore.channelColumns) FROM channels WHERE id = ?", .text(id.rawValue)) {
                IntakeStore.channel($0)
            } ?? nil
        channel?.credentials = try credentials(of: id, connection)
        return channel
    }

    private func credentials(of channel: ChannelID, _ connection: Connection) throws -> [ChannelCredential] {
        var credentials: [ChannelCredential] = []
        try connection.each("SELECT header, digest FROM channel_credentials WHERE channel = ?", .text(channel.rawValue)) { row in
            credentials.append(ChannelCredential(header: row.text(0), digest: row.blob(1)))
        }
        return credentials
    }

    /// Notes the business account of a live channel; false when it was known.
    func belongs(_ channel: ChannelID, toBusiness business: String, _ connection: Connection) throws -> Bool {
        try connection.run(
            "UPDATE channels SET business = ?2 WHERE id = ?1 AND ended_at IS NULL AND business IS NOT ?2", .text(channel.rawValue),
            .text(business)) == 1
    }

    /// The platform has ended a channel's account: what came by it is to be erased, unless it is connected again. False when the channel
    /// had ended before, or was connected after that.
    func endAccount(of id: ChannelID, at time: Timestamp, now: Timestamp, _ connection: Connection) throws -> Bool {
        guard let channel = try channel(id, connection), !channel.isEnded else { return false }
        let due = now.adding(milliseconds: IntakeStore.endedAccountMilliseconds)
        let marked = try connection.run(
            "UPDATE channels SET erasure_due_at = ? WHERE id = ? AND connected_at <= ?", .integer(due.rawValue), .text(id.rawValue),
            .integer(time.rawValue))
        guard marked == 1 else { return false }
        try end(channel, now: now, connection)
        return true
    }

    /// Returns the channel as it stands then.
    func setFeatures(_ request: SetChannelFeatures, now: Timestamp, _ connection: Connection) throws -> Channel {
        guard var channel = try channel(request.channel, connection), channel.workspace == request.workspace else {
            throw Refused<SetChannelFeatures>(reason: .unknownChannel)
        }
        if channel.isEnded { throw Refused<SetChannelFeatures>(reason: .channelEnded) }
        let features = Set(request.features)
        guard features != channel.features else { return channel }
        try connection.run("DELETE FROM channel_features WHERE channel = ?", .text(channel.id.rawValue))
        for feature in features.sorted() {
            try connection.run(
                "INSERT INTO channel_features (channel, feature) VALUES (?, ?)", .text(channel.id.rawValue), .text(feature.rawValue))
        }
        channel.features = features
        try publish(
            AccessFact(.channelFeatures, channel.workspace, channel: channel.id, features: features.sorted(), at: now), connection)
        return channel
    }

    func isLive(_ channel: ChannelID, _ connection: Connection) throws -> Bool {
        try connection.first("SELECT ended_at IS NULL FROM channels WHERE id = ?", .text(channel.rawValue)) { $0.bool(0) } ?? false
    }

    /// Ends a channel that lives; every service hears of it.
    func end(_ channel: Channel, now: Timestamp, _ connection: Connection) throws {
        let ended = try connection.run(
            "UPDATE channels SET ended_at = ? WHERE id = ? AND ended_at IS NULL", .integer(now.rawValue), .text(channel.id.rawValue))
        guard ended == 1 else { return }
        try publish(AccessFact(.channelEnded, channel.workspace, channel: channel.id, account: channel.account, at: now), connection)
    }

    private static let channelColumns = """
        id, workspace, platform, account, ended_at IS NOT NULL,
        (SELECT group_concat(feature, ' ') FROM channel_features WHERE channel = channels.id), business
        """

    private static func channel(_ row: borrowing Row) -> Channel? {
        // The schema's CHECKs and the enums name the same platforms and features.
        Platform(rawValue: row.text(2)).map { platform in
            Channel(
                id: ChannelID(rawValue: row.text(0)), workspace: WorkspaceID(rawValue: row.text(1)),
                account: Account(platform, row.text(3)),
                business: row.optionalText(6),
                features: Set((row.optionalText(5) ?? "").split(separator: " ").compactMap { ChannelFeature(rawValue: String($0)) }),
                isEnded: row.bool(4))
        }
    }

    // MARK: Access feed

    /// Takes the place of what was said of the same thing: the feed grows with how much there is, not with how often it changes.
    func publish(_ fact: AccessFact, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR REPLACE INTO access_feed (subject, fact) VALUES (?, ?)", .text(fact.subject), .blob(FieldVisitor.write(fact)))
    }

    /// The feed's epoch; `new` becomes it in a new file.
    func epoch(orElse new: String, _ connection: Connection) throws -> String {
        try connection.run("INSERT OR IGNORE INTO feed_epoch (id, epoch) VALUES (1, ?)", .text(new))
        return try connection.first("SELECT epoch FROM feed_epoch") { $0.text(0) } ?? new
    }

    /// What follows `after`: from the beginning where the cursor is not of this epoch, or ahead of us. That is how an older copy of our
    /// file looks to a follower: it would wait for numbers that it has seen, and never hear what they say now.
    func facts(after: Cursor, epoch: String, _ connection: Connection) throws -> ReadAccessFeed.Response {
        let last = try connection.first("SELECT max(sequence) FROM access_feed") { $0.optionalInt(0) ?? 0 } ?? 0
        let isOurs = after.epoch == epoch && after.sequence <= last
        let start = Cursor(epoch: epoch, sequence: isOurs ? after.sequence : 0)
        var response = ReadAccessFeed.Response(facts: [], next: start, restarted: !isOurs && after != Cursor())
        try connection.each(
            "SELECT sequence, fact FROM access_feed WHERE sequence > ? ORDER BY sequence LIMIT ?", .integer(response.next.sequence),
            .integer(Int64(ReadAccessFeed.countMax))
        ) { row in
            response.facts.append(try FieldVisitor.read(AccessFact.self, from: row.blob(1)))
            response.next.sequence = row.int(0)
        }
        return response
    }

    // MARK: Request keys

    /// The answer that a key was given before; nil for a new key.
    func answer(_ keyed: KeyedRequest, else refusal: any Error, _ connection: Connection) throws -> String? {
        let known = try connection.first(
            "SELECT fields, answer FROM request_keys WHERE method = ? AND key = ?", .text(keyed.method), .text(keyed.key.rawValue)
        ) { (fields: $0.blob(0), answer: $0.text(1)) }
        guard let known else { return nil }
        guard known.fields == keyed.fields else { throw refusal }
        return known.answer
    }

    func remember(_ keyed: KeyedRequest, answer: String, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO request_keys (method, key, fields, answer) VALUES (?, ?, ?, ?)", .text(keyed.method), .text(keyed.key.rawValue),
            .blob(keyed.fields), .text(answer))
    }
}
