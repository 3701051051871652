import ConversationStoreContracts
import Domain
import Erasure
import SQLite

extension ConversationStoreStore {
    enum ProfileOutcome { case recorded, unknown, erased }

    /// Notes what a profile says of somebody who is known; each part only where it is newer.
    /// - Parameter names: digests of the person's name, under every live pepper.
    func record(_ profile: RecordProfile, _ names: [[UInt8]], _ connection: Connection) throws -> ProfileOutcome {
        if let cutoff = try Tombstones.cutoff(names, connection), profile.fetchedAt <= cutoff { return .erased }
        guard let person = try participant(named: profile.person, in: profile.workspace, connection) else { return .unknown }
        if let name = profile.name { _ = try rename(person, name, at: profile.fetchedAt, connection) }
        let isNews =
            try connection.run(
                """
                INSERT INTO profiles (participant, picture_url, followers, fetched_at) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (participant) DO UPDATE SET picture_url = coalesce(excluded.picture_url, picture_url),
                    followers = coalesce(excluded.followers, followers), fetched_at = excluded.fetched_at
                WHERE excluded.fetched_at >= fetched_at
                """, .integer(person.rawValue), SQLValue(profile.pictureURL), SQLValue(profile.followers),
                .integer(profile.fetchedAt.rawValue)) == 1
        if isNews, let username = profile.username {
            try give(Alias(profile.person.platform, .username, username), to: person, in: profile.workspace, connection)
        }
        return .recorded
    }

    /// The public profile's part of a participant.
    func addProfile(to participant: inout Participant, _ connection: Connection) throws {
        let known = try connection.first(
            "SELECT picture_url, followers FROM profiles WHERE participant = ?", .integer(participant.id.rawValue)
        ) { (picture: $0.optionalText(0), followers: $0.optionalInt(1)) }
        participant.pictureURL = known?.picture
        participant.followers = known?.followers
    }

    // MARK: Insights

    func record(_ request: RecordInsights, _ connection: Connection) throws {
        for insight in request.insights {
            try connection.run(
                """
                INSERT INTO insights (workspace, channel, since, metric, media, until, value) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET value = excluded.value
                """, .text(request.workspace.rawValue), .text(request.channel.rawValue), .integer(insight.since.rawValue),
                .text(insight.metric), .text(insight.media ?? ""), .integer(insight.until.rawValue), .integer(insight.value))
        }
    }

    func insights(_ request: ReadInsights, _ connection: Connection) throws -> [Insight] {
        var insights: [Insight] = []
        try connection.each(
            """
            SELECT metric, nullif(media, ''), value, since, until FROM insights
            WHERE workspace = ?1 AND channel = ?2 AND since >= ?3 AND since < ?4 AND (?5 IS NULL OR metric = ?5)
            ORDER BY since, metric, media, until LIMIT ?6 OFFSET ?7
            """, .text(request.workspace.rawValue), .text(request.channel.rawValue), .integer(request.since.rawValue),
            .integer(request.until.rawValue), SQLValue(request.metric), .integer(Int64(ReadInsights.countMax)), .integer(request.offset)
        ) { row in
            insights.append(
                Insight(
                    row.text(0), media: row.optionalText(1), value: row.int(2), since: Timestamp(rawValue: row.int(3)),
                    until: Timestamp(rawValue: row.int(4))))
        }
        return insights
    }
}
