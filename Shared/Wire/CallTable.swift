/// Calls under way by their id. One that finds no other has a place of its own: a lone caller's all do. Ids are counted up, so nearly all
/// others find theirs by the last bits, without a hash; the few whose place is taken by one that waits long are kept aside.
@usableFromInline
struct CallTable<Call> {
    @usableFromInline static var placeCount: Int { 128 }

    @usableFromInline var first: (id: Int64, call: Call)?
    @usableFromInline var places: [(id: Int64, call: Call)?] = []
    @usableFromInline var aside: [Int64: Call] = [:]
    @usableFromInline var count = 0

    @inlinable init() {}

    @inlinable
    mutating func insert(_ call: Call, _ id: Int64) {
        count += 1
        if count == 1 {
            first = (id, call)
            return
        }
        if places.isEmpty { places = Array(repeating: nil, count: Self.placeCount) }
        let place = Self.place(of: id)
        if places[place] == nil { places[place] = (id, call) } else { aside[id] = call }
    }

    @inlinable
    mutating func remove(_ id: Int64) -> Call? {
        if let held = first, held.id == id {
            first = nil
            count -= 1
            return held.call
        }
        guard !places.isEmpty else { return nil }
        let place = Self.place(of: id)
        if let held = places[place], held.id == id {
            places[place] = nil
            count -= 1
            return held.call
        }
        guard let call = aside.removeValue(forKey: id) else { return nil }
        count -= 1
        return call
    }

    /// The ids of the calls that fit, in their order.
    @inlinable
    func ids(where fits: (Call) -> Bool) -> [Int64] {
        var ids: [Int64] = []
        guard count > 0 else { return ids }
        if let first, fits(first.call) { ids.append(first.id) }
        for held in places { if let held, fits(held.call) { ids.append(held.id) } }
        for (id, call) in aside where fits(call) { ids.append(id) }
        ids.sort()
        return ids
    }

    mutating func update(_ id: Int64, _ change: (inout Call) -> Void) {
        if var held = first, held.id == id {
            change(&held.call)
            first = held
            return
        }
        guard !places.isEmpty else { return }
        let place = Self.place(of: id)
        if var held = places[place], held.id == id {
            change(&held.call)
            places[place] = held
        } else if var call = aside[id] {
            change(&call)
            aside[id] = call
        }
    }

    @inlinable static func place(of id: Int64) -> Int { Int(truncatingIfNeeded: id) & (placeCount - 1) }
}
