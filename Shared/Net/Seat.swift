import Threads
import Wire

/// Where one blocked caller of a `MeshClient` waits: for its reply, or for being asked to read for all.
final class Seat {  // All of it is guarded by the client's lock.
    @exclusivity(unchecked) var reply: ReplyBytes?
    @exclusivity(unchecked) var mustLead = false
    /// Its place among the followers; nil while it isn't one.
    @exclusivity(unchecked) var place: Int?
    let wake: Condition

    init(_ lock: Lock) { wake = Condition(lock) }
}

/// The blocked callers who don't read themselves.
struct Followers {
    private var seats: [Seat] = []

    mutating func add(_ seat: Seat) {
        seat.place = seats.count
        seats.append(seat)
    }

    /// Nothing happens when it isn't a follower.
    mutating func remove(_ seat: Seat) {
        guard let place = seat.place else { return }
        seat.place = nil
        let last = seats.removeLast()
        if last !== seat {
            seats[place] = last
            last.place = place
        }
    }

    /// One who shall read from now on.
    mutating func takeAny() -> Seat? {
        guard let seat = seats.last else { return nil }
        remove(seat)
        return seat
    }
}
