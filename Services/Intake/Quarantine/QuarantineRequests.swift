import Domain
import IntakeContracts
import Runtime
import Wire

/// Quarantine as people see it: what is in it, how it looks, and that it is tried again.
extension Intake {
    func listQuarantine(_ request: ListQuarantine, _ reply: Reply<ListQuarantine>) {
        read("quarantine", reply) { ListQuarantine.Response(entries: try store.quarantined(after: request.after, $0)) }
    }

    func readQuarantined(_ request: ReadQuarantined, _ reply: Reply<ReadQuarantined>) {
        read("quarantined piece", reply) { connection in
            guard let piece = try store.quarantined(request.id, connection) else {
                throw IntakeStore.Refused<ReadQuarantined>(reason: .unknownPiece)
            }
            return ReadQuarantined.Response(piece, from: request.offset)
        }
    }

    /// The piece goes through the door that it came in by, with what we know today.
    func releaseQuarantined(_ request: ReleaseQuarantined, _ reply: Reply<ReleaseQuarantined>) {
        let (store, directory, digests, now) = (store, directory, digests, process.system.clock.now)
        write("release quarantined", reply) { connection in
            guard let piece = try store.quarantined(request.id, connection) else {
                throw IntakeStore.Refused<ReleaseQuarantined>(reason: .unknownPiece)
            }
            if piece.entry.reason == .refused {
                let tally = try store.unpark(piece, digests, now: now, connection)
                return (tally, parked: try store.parkedCount(connection))
            }
            let source = piece.door.flatMap { directory[$0] }.map(DeliverySource.channel) ?? .platform(piece.entry.platform)
            let delivery = Delivery(piece.raw, from: source, receivedAt: piece.entry.receivedAt, directory, digests)
            let tally = try store.release(request.id, as: delivery, now: now, connection)
            return (tally, parked: try store.parkedCount(connection))
        } then: { [relay, door] tally, parked in
            relay.backlog.see(parked: parked)
            door.committed(tally, at: now)
            reply.ok(ReleaseQuarantined.Response(tally))
        }
    }
}

extension ReadQuarantined.Response {
    /// Cut between two characters, so that no answer begins or ends within one.
    fileprivate init(_ piece: IntakeStore.QuarantinedPiece, from offset: Int64) {
        let start = Int(min(offset, Int64(piece.raw.count)))
        var end = min(start + Int(ReadQuarantined.bytesMax), piece.raw.count)
        // At most three bytes of a character stand before the cut.
        for _ in 0..<3 where end < piece.raw.count && piece.raw[end] & 0xC0 == 0x80 { end -= 1 }
        self.init(
            entry: piece.entry, text: String(decoding: piece.raw[start..<end], as: UTF8.self),
            next: end < piece.raw.count ? Int64(end) : nil)
    }
}

extension ReleaseQuarantined.Response {
    fileprivate init(_ tally: IntakeStore.Tally) {
        let dropped = tally.dropped
        self.init(
            accepted: tally.accepted, repeated: tally.repeated, keptOut: tally.keptOut,
            dropped: dropped.ended + dropped.featureOff + dropped.addressBook + dropped.tests)
    }
}
