import Domain
import HolderContracts
import IntakeContracts
import SQLite
import Wire

/// Channels: connected, changed, ended. What others must know of it is a fact.
extension IntakeStore {
    /// After a channel's end: so long its customer may connect it again before its data is erased.
    static let endedAccountMilliseconds: Int64 = 30 * 86_400_000

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
        if let credential { try add(credential, to: id, connection) }
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

    private func add(_ credential: ChannelCredential, to channel: ChannelID, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO channel_credentials (channel, header, digest) VALUES (?, ?, ?)", .text(channel.rawValue),
            .text(credential.header), .blob(credential.digest))
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

    /// Returns the channel as it stands then.
    func setCredential(_ credential: ChannelCredential, _ request: SetChannelCredential, _ connection: Connection) throws -> Channel {
        guard var channel = try channel(request.channel, connection), channel.workspace == request.workspace else {
            throw Refused<SetChannelCredential>(reason: .unknownChannel)
        }
        if channel.isEnded { throw Refused<SetChannelCredential>(reason: .channelEnded) }
        if !request.keepsFormer {
            try connection.run("DELETE FROM channel_credentials WHERE channel = ?", .text(channel.id.rawValue))
        }
        try add(credential, to: channel.id, connection)
        channel.credentials = try credentials(of: channel.id, connection)
        guard channel.credentials.count <= SetChannelCredential.countMax else {
            throw Refused<SetChannelCredential>(reason: .tooManyCredentials)
        }
        return channel
    }

    /// Returns the channel as it stands then, and since when it has been ended.
    func disconnect(_ request: DisconnectChannel, now: Timestamp, _ connection: Connection) throws -> (Channel, endedAt: Timestamp) {
        guard let channel = try channel(request.channel, connection), channel.workspace == request.workspace else {
            throw Refused<DisconnectChannel>(reason: .unknownChannel)
        }
        // As where the platform ended it; one that had ended before keeps its time.
        if !channel.isEnded {
            try connection.run(
                "UPDATE channels SET erasure_due_at = ? WHERE id = ?",
                .integer(now.adding(milliseconds: IntakeStore.endedAccountMilliseconds).rawValue), .text(channel.id.rawValue))
        }
        try end(channel, now: now, connection)
        let endedAt = try connection.first("SELECT ended_at FROM channels WHERE id = ?", .text(channel.id.rawValue)) { $0.int(0) }
        return (try self.channel(channel.id, connection) ?? channel, endedAt.map(Timestamp.init(rawValue:)) ?? now)
    }

    /// Returns how many channels the user ever connected, and those that ended now, as they stand then.
    func deauthorize(
        _ request: DeauthorizeConnection, now: Timestamp, _ connection: Connection
    ) throws -> (known: Int64, ended: [Channel]) {
        let known = try authorized(by: Authorization(app: request.app, user: request.user), connection)
        var ended: [Channel] = []
        for channel in known where try endAccount(of: channel.id, at: request.at, now: now, connection) {
            if let channel = try self.channel(channel.id, connection) { ended.append(channel) }
        }
        return (Int64(known.count), ended)
    }

    func listedChannels(_ request: ListChannels, _ connection: Connection) throws -> [ListChannels.Entry] {
        var entries: [ListChannels.Entry] = []
        try connection.each(
            """
            SELECT \(IntakeStore.channelColumns), connected_at, ended_at, erasure_due_at, member, text_version, attested_at,
                (SELECT count(*) FROM channel_credentials WHERE channel = channels.id)
            FROM channels JOIN attestations ON attestations.channel = channels.id
            WHERE workspace = ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id LIMIT ?3
            """, .text(request.workspace.rawValue), SQLValue(request.after?.rawValue), .integer(Int64(ListChannels.countMax))
        ) { row in
            guard let channel = IntakeStore.channel(row) else { return }
            entries.append(ListChannels.Entry(channel, row))
        }
        return entries
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
}

extension ListChannels.Entry {
    /// From the columns behind the channel's own.
    fileprivate init(_ known: Channel, _ row: borrowing Row) {
        self.init()
        channel = known.id
        account = known.account
        business = known.business
        features = known.features.sorted()
        connectedAt = Timestamp(rawValue: row.int(7))
        endedAt = row.optionalInt(8).map(Timestamp.init(rawValue:))
        erasureDueAt = row.optionalInt(9).map(Timestamp.init(rawValue:))
        // The schema lets no attestation stand that is not whole.
        attestation = Attestation(
            member: row.text(10), textVersion: row.text(11), attestedAt: Timestamp(rawValue: row.int(12)), rights: true, notices: true,
            consents: true)
        credentials = row.int(13)
    }
}
