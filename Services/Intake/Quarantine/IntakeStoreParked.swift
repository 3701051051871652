import ConversationStoreContracts
import Domain
import Erasure
import IntakeContracts
import Policy
import SQLite
import Wire

/// Events that were taken in and that conversation-store refuses: they leave the outbox for quarantine, and may come back.
extension IntakeStore {
    /// Moves one row; false when it is gone, since an erasure came first.
    func park(_ sequence: Int64, _ keys: InboxKeys, now: Timestamp, _ connection: Connection) throws -> Bool {
        let row = try connection.first(
            """
            SELECT event, channel, platform, received_at FROM outbox JOIN channels ON channels.id = outbox.channel WHERE sequence = ?
            """, .integer(sequence)
        ) { (event: $0.withBytes(0) { Array($0) }, channel: $0.text(1), platform: $0.text(2), receivedAt: Timestamp(rawValue: $0.int(3))) }
        guard let row else { return false }
        let digest = keys.digest(ofQuarantined: Array("\(row.channel)\n".utf8) + row.event)
        // As far as an erasure is concerned it happened when the event says so.
        let happenedAt = IntakeStore.event(row.event)?.happenedAt ?? row.receivedAt
        let names = QuarantinedNames(in: row.event, keys)
        try connection.run(
            """
            INSERT INTO quarantine (platform, reason, channel, digest, received_at, expires_at, is_partial, raw)
            VALUES (?, 'refused', ?, ?, ?, ?, ?, ?)
            """, .text(row.platform), .text(row.channel), .blob(digest), .integer(happenedAt.rawValue),
            .integer(now.adding(milliseconds: Retention.quarantine.length.milliseconds).rawValue), SQLValue(names.isPartial),
            .blob(row.event))
        try index(names, of: connection.lastInsertedRow, connection)
        return try remove([sequence], connection) == 1
    }

    /// Puts a parked event into the outbox again, at its end. Nothing changes when it is still no event of our contract.
    /// Its inbox key was noted when it came in, so a repeat of its delivery is known as before.
    func unpark(_ piece: QuarantinedPiece, _ digests: IntakeDigests, now: Timestamp, _ connection: Connection) throws -> Tally {
        guard let event = IntakeStore.event(piece.raw), let channel = try piece.entry.channel.flatMap({ try channel($0, connection) })
        else {
            throw Refused<ReleaseQuarantined>(reason: .stillUnfit)
        }
        _ = try removeQuarantined([piece.entry.id], connection)
        var tally = Tally()
        let names = digests.names(of: event, on: channel.account, in: channel.workspace)
        if let cutoff = try Tombstones.cutoff(names, connection), event.happenedAt <= cutoff {
            tally.keptOut = 1
            return tally
        }
        // Also for a channel that has ended since: it was taken in before.
        try enqueue(String(decoding: piece.raw, as: UTF8.self), channel.id, channel.workspace, receivedAt: now, connection)
        tally.accepted = 1
        tally.channels = [channel.id]
        return tally
    }

    func parkedCount(_ connection: Connection) throws -> Int64 {
        try connection.first("SELECT count(*) FROM quarantine WHERE reason = 'refused'") { $0.int(0) } ?? 0
    }

    /// nil when it can't be read.
    private static func event(_ json: [UInt8]) -> ChannelEvent? {
        do throws(WireError) { return try FieldVisitor.read(ChannelEvent.self, from: json) } catch { return nil }
    }
}
