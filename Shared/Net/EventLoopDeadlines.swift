/// The deadlines of many things at once, coarse and cheap: a wheel of slots, each `slotMilliseconds` wide.
///
/// A deadline that moves later costs one dictionary write: the old entry is looked at when its slot comes and filed again.
/// Never early; late by at most one slot. Deadlines beyond the wheel's horizon are filed again when it has turned.
struct EventLoopDeadlines {
    static let slotMilliseconds: Int64 = 128
    static let slotCount = 256

    private struct Entry {
        var deadline: Int64
        var slot: Int64
    }

    private var entries: [UInt64: Entry] = [:]
    private var slots = [[UInt64]](repeating: [], count: EventLoopDeadlines.slotCount)
    private var current: Int64

    init(now: Int64) { current = now / EventLoopDeadlines.slotMilliseconds }

    var isEmpty: Bool { entries.isEmpty }

    /// Sets or moves the deadline of `token`.
    mutating func set(_ token: UInt64, at deadline: Int64) {
        let slot = slot(for: deadline)
        if let filed = entries[token]?.slot, filed <= slot {
            entries[token]?.deadline = deadline
        } else {
            file(token, deadline, slot)
        }
    }

    mutating func remove(_ token: UInt64) { entries[token] = nil }

    /// Takes out and returns whatever is due at `now`.
    mutating func due(now: Int64) -> [UInt64] {
        let end = now / EventLoopDeadlines.slotMilliseconds
        guard end > current else { return [] }
        let first = max(current + 1, end - Int64(EventLoopDeadlines.slotCount) + 1)
        current = end
        var due: [UInt64] = []
        var later: [(UInt64, Int64)] = []
        for slot in first...end {
            let index = EventLoopDeadlines.index(slot)
            guard !slots[index].isEmpty else { continue }
            for token in slots[index] {
                // An entry that was filed again elsewhere left this one behind.
                guard let entry = entries[token], entry.slot <= end, EventLoopDeadlines.index(entry.slot) == index else { continue }
                if entry.deadline <= now {
                    entries[token] = nil
                    due.append(token)
                } else {
                    later.append((token, entry.deadline))
                    entries[token]?.slot = .max  // A second mention of it in these slots is passed over.
                }
            }
            slots[index].removeAll(keepingCapacity: slots[index].count < 64)
        }
        for (token, deadline) in later { file(token, deadline, slot(for: deadline)) }
        return due
    }

    private mutating func file(_ token: UInt64, _ deadline: Int64, _ slot: Int64) {
        entries[token] = Entry(deadline: deadline, slot: slot)
        slots[EventLoopDeadlines.index(slot)].append(token)
    }

    /// The slot that begins after the deadline, within the horizon.
    private func slot(for deadline: Int64) -> Int64 {
        min(max(deadline / EventLoopDeadlines.slotMilliseconds + 1, current + 1), current + Int64(EventLoopDeadlines.slotCount) - 1)
    }

    private static func index(_ slot: Int64) -> Int { Int(slot % Int64(slotCount)) }
}
