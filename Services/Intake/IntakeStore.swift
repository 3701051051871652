import ConversationStoreContracts
import Domain
import Erasure
import IntakeContracts
import SQLite
import Wire

/// All SQL of intake. What comes in and goes on is here; inbox keys, workspaces and channels, quarantine, and erasure have a
/// file each.
struct IntakeStore: Sendable {
    /// What became of a delivery.
    struct Tally: Sendable, Equatable {
        var accepted: Int64 = 0
        /// Codes of the deletion page that came with what was accepted.
        var codes: Int64 = 0
        var repeated: Int64 = 0
        /// Their person was erased, and they are older than that.
        var keptOut: Int64 = 0
        var dropped = Delivery.Dropped()
        var quarantined: Int64 = 0
        /// Channels that have something to be sent on.
        var channels: Set<ChannelID> = []
        /// Channels that the delivery has changed, as they stand now.
        var changed: [Channel] = []
    }

    /// Rows of one channel, in order, as many as one request takes.
    struct Batch: Sendable {
        let channel: ChannelID
        var workspace = WorkspaceID()
        var sequences: [Int64] = []
        /// The first row, where it is not even JSON: nothing behind it is read before it is parked.
        var unreadable: Int64?
        /// The channel may have rows behind these.
        var hasMore = false
    }

    /// JSON of one batch: with the frame's envelope it stays well below `Frame.lengthMax`, unless a single event is larger. The batches of
    /// `RelayLanes.inFlightMax` channels are in memory at once, twice.
    static let batchBytesMax = 512 * 1024

    // MARK: In

    /// Takes one delivery whole. Tombstone, inbox key and outbox row are one transaction: a repeat finds the key, an erased person's
    /// late event the tombstone, whatever came in between.
    func accept(_ delivery: Delivery, now: Timestamp, _ connection: Connection) throws -> Tally {
        var tally = Tally()
        tally.dropped = delivery.dropped
        for arrival in delivery.arrivals {
            let check = try check(arrival, connection)
            guard check.isLive else {
                tally.dropped.ended += 1
                continue
            }
            if check.hasTombstones, let cutoff = try Tombstones.cutoff(arrival.names, connection), arrival.happenedAt <= cutoff {
                tally.keptOut += 1
                continue
            }
            guard try !check.isSettled && note(arrival, receivedAt: delivery.receivedAt, connection) else {
                tally.repeated += 1
                continue
            }
            try enqueue(arrival.json, arrival.channel, arrival.workspace, receivedAt: now, connection)
            if let code = arrival.code {
                try note(code, connection)
                tally.codes += 1
            }
            tally.accepted += 1
            tally.channels.insert(arrival.channel)
        }
        for item in delivery.quarantined { tally.quarantined += try quarantine(item, delivery, connection) }
        tally.changed = try change(delivery, now: now, connection)
        return tally
    }

    /// What the tables say of an arrival, in one statement.
    private struct ArrivalCheck {
        let isLive: Bool
        /// Somebody's; without any no digest need be looked up.
        let hasTombstones: Bool
        /// Its inbox key stands in its place, if it has a day of its own.
        let isSettled: Bool
    }

    private func check(_ arrival: Delivery.Arrival, _ connection: Connection) throws -> ArrivalCheck {
        let check = try connection.first(
            """
            SELECT ended_at IS NULL, EXISTS (SELECT 1 FROM tombstones),
                EXISTS (SELECT 1 FROM inbox_keys WHERE day = ?2 AND digest = ?3)
            FROM channels WHERE id = ?1
            """, .text(arrival.channel.rawValue), SQLValue(arrival.day), .blob(arrival.key)
        ) { ArrivalCheck(isLive: $0.bool(0), hasTombstones: $0.bool(1), isSettled: $0.bool(2)) }
        return check ?? ArrivalCheck(isLive: false, hasTombstones: false, isSettled: false)
    }

    private func note(_ arrival: Delivery.Arrival, receivedAt: Timestamp, _ connection: Connection) throws -> Bool {
        guard let day = arrival.day else { return try note(arrival.key, ofReceiptAt: receivedAt, connection) }
        return try noteUnsettled(arrival.key, day: day, connection)
    }

    /// What a delivery says of the channels themselves. Returns those that it has changed.
    private func change(_ delivery: Delivery, now: Timestamp, _ connection: Connection) throws -> [Channel] {
        var changed: Set<ChannelID> = []
        for ending in delivery.endings {
            if let business = ending.business { try noteEnding(ofBusiness: business, at: ending.at, now: now, connection) }
            for id in ending.channels where try endAccount(of: id, at: ending.at, now: now, connection) { changed.insert(id) }
        }
        for (id, business) in delivery.businesses where try belongs(id, toBusiness: business, connection) {
            changed.insert(id)
            // What ended the business may have come before anything that told whose number it is.
            if let endedAt = try ending(ofBusiness: business, connection) {
                _ = try endAccount(of: id, at: endedAt, now: now, connection)
            }
        }
        return try changed.sorted().compactMap { try channel($0, connection) }
    }

    func enqueue(_ json: String, _ channel: ChannelID, _ workspace: WorkspaceID, receivedAt: Timestamp, _ connection: Connection) throws {
        try connection.run(
            "INSERT INTO outbox (workspace, channel, event, received_at) VALUES (?, ?, ?, ?)", .text(workspace.rawValue),
            .text(channel.rawValue), .text(json), .integer(receivedAt.rawValue))
    }

    // MARK: On

    /// Channels that have rows in the outbox.
    func waitingChannels(_ connection: Connection) throws -> [ChannelID] {
        var channels: [ChannelID] = []
        try connection.each("SELECT DISTINCT channel FROM outbox") { channels.append(ChannelID(rawValue: $0.text(0))) }
        return channels
    }

    func backlog(_ connection: Connection) throws -> Backlog.Count {
        let rows = try connection.first("SELECT count(*) FROM outbox") { $0.int(0) } ?? 0
        return Backlog.Count(rows: rows, oldest: try oldest(connection), parked: try parkedCount(connection))
    }

    func oldest(_ connection: Connection) throws -> Timestamp? {
        try connection.first("SELECT received_at FROM outbox ORDER BY sequence LIMIT 1") { Timestamp(rawValue: $0.int(0)) }
    }

    /// The oldest rows of a channel, in the order in which they were taken in; at most `limit`, and up to a row that can't be read. Their
    /// events go to `events` as they are: the store is who reads them.
    func batch(of channel: ChannelID, limit: Int, to events: WrittenList, _ connection: Connection) throws -> Batch {
        var batch = Batch(channel: channel)
        var bytes = 0
        var isEnd = false
        try connection.each(
            "SELECT sequence, event, workspace FROM outbox WHERE channel = ? ORDER BY sequence LIMIT ?", .text(channel.rawValue),
            .integer(Int64(limit))
        ) { row in
            if isEnd { return }
            let json = row.optionalBytes(1) ?? UnsafeRawBufferPointer(start: nil, count: 0)
            bytes += json.count
            isEnd = events.count > 0 && bytes > IntakeStore.batchBytesMax
            if isEnd {
                batch.hasMore = true
                return
            }
            do throws(WireError) { try events.append(json: json) } catch {
                if events.count == 0 { batch.unreadable = row.int(0) }
                isEnd = true
                return
            }
            batch.sequences.append(row.int(0))
            batch.workspace = WorkspaceID(rawValue: row.text(2))
        }
        if batch.sequences.count == limit { batch.hasMore = true }
        return batch
    }

    /// Deletes what was sent: all that the channel had from the batch's first row to its last, since no row ever comes in between. Returns
    /// how many were still there (an erasure may have come first).
    func remove(_ batch: Batch, _ connection: Connection) throws -> Int64 {
        guard let first = batch.sequences.first, let last = batch.sequences.last else { return 0 }
        return Int64(
            try connection.run(
                "DELETE FROM outbox WHERE channel = ? AND sequence BETWEEN ? AND ?", .text(batch.channel.rawValue), .integer(first),
                .integer(last)))
    }

    /// Returns how many were there.
    func remove(_ sequences: [Int64], _ connection: Connection) throws -> Int64 {
        var removed = 0
        for sequence in sequences { removed += try connection.run("DELETE FROM outbox WHERE sequence = ?", .integer(sequence)) }
        return Int64(removed)
    }
}
