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
        var events: [ChannelEvent] = []
        /// The first row, where it is no event of our contract: nothing behind it is read before it is parked.
        var unreadable: Int64?
    }

    /// JSON of one batch: with the frame's envelope it stays well below `Frame.lengthMax`, unless a single event is larger.
    static let batchBytesMax = 1024 * 1024

    // MARK: In

    /// Takes one delivery whole. Tombstone, inbox key and outbox row are one transaction: a repeat finds the key, an erased person's
    /// late event the tombstone, whatever came in between.
    func accept(_ delivery: Delivery, now: Timestamp, _ connection: Connection) throws -> Tally {
        var tally = Tally()
        tally.dropped = delivery.dropped
        var live: [ChannelID: Bool] = [:]
        for arrival in delivery.arrivals {
            let isLive = try live[arrival.channel] ?? isLive(arrival.channel, connection)
            live[arrival.channel] = isLive
            guard isLive else {
                tally.dropped.ended += 1
                continue
            }
            if let cutoff = try Tombstones.cutoff(arrival.names, connection), arrival.happenedAt <= cutoff {
                tally.keptOut += 1
                continue
            }
            guard try note(arrival.key, day: arrival.day, receivedAt: delivery.receivedAt, connection) else {
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

    /// The oldest rows of a channel, in the order in which they were taken in; at most `limit`, and up to a row that can't be read.
    func batch(of channel: ChannelID, limit: Int, _ connection: Connection) throws -> Batch {
        var batch = Batch(channel: channel)
        var bytes = 0
        var isEnd = false
        try connection.each(
            "SELECT sequence, event, workspace FROM outbox WHERE channel = ? ORDER BY sequence LIMIT ?", .text(channel.rawValue),
            .integer(Int64(limit))
        ) { row in
            if isEnd { return }
            let json = row.withBytes(1) { Array($0) }
            bytes += json.count
            isEnd = !batch.events.isEmpty && bytes > IntakeStore.batchBytesMax
            if isEnd { return }
            do throws(WireError) { batch.events.append(try FieldVisitor.read(ChannelEvent.self, from: json)) } catch {
                if batch.events.isEmpty { batch.unreadable = row.int(0) }
                isEnd = true
                return
            }
            batch.sequences.append(row.int(0))
            batch.workspace = WorkspaceID(rawValue: row.text(2))
        }
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
