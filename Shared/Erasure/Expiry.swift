import HolderContracts
import Runtime
import SQLite
import Wire

/// Deletes by one rule, portion by portion between the writes of others, and then the bytes. Looks by readers: where nothing is due nothing
/// is written. What one call has no time for, the next one goes on with.
struct Expiry {
    /// Well below the call's deadline; the rest of it is for the residue.
    static let patienceMilliseconds: Int64 = 5000

    let holder: Holder
    let request: ExpireData
    let deadlineMilliseconds: Int64

    private struct Tally {
        var rows: [String: Int64] = [:]
        var kept: [String: Int64] = [:]
        var isPartial = false
    }

    func run() throws -> ExpireData.Response {
        let lists = try holder.database.read("expiring rows") { try holder.store.expiring(request, $0) }
        var tally = Tally()
        for list in lists {
            if list.isKept || request.isHeld == true {
                try count(list, into: &tally.kept)
            } else if request.isDryRun == true {
                try count(list, into: &tally.rows)
            } else {
                try remove(list, &tally)
            }
        }
        if request.isDryRun != true { try holder.eraseWhatExpired(deadlineMilliseconds: deadlineMilliseconds) }
        return ExpireData.Response(holder: holder.process.service.rawValue, rows: tally.rows, kept: tally.kept, isPartial: tally.isPartial)
    }

    private func count(_ list: ExpiringRows, into counts: inout [String: Int64]) throws {
        for portion in list.portions {
            let count = try holder.database.read("count expiring rows") { try list.count(portion, $0) }
            if count > 0 { counts[list.table, default: 0] += count }
        }
    }

    private func remove(_ list: ExpiringRows, _ tally: inout Tally) throws {
        let store = holder.store
        let startedAt = holder.process.system.clock.monotonicMilliseconds
        for portion in list.portions {
            while try holder.database.read("look for expiring rows", { try list.isDue(portion, $0) }) {
                guard holder.process.system.clock.monotonicMilliseconds - startedAt < Expiry.patienceMilliseconds else {
                    tally.isPartial = true
                    return
                }
                // Before the write: it may be there though it is said to have failed.
                holder.oweExpiredBytes()
                let removed = try holder.database.writer.write("expire") { connection in
                    let removed = try list.remove(portion, connection)
                    try store.expired(list.table, connection)
                    return removed
                }
                tally.rows[list.table, default: 0] += removed.count
                if !removed.isFull { break }
            }
        }
    }
}
