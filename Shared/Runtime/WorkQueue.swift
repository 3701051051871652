/// Works by the time at which they are due, as a value: a binary heap. Of works due at the same time the first asked for is first.
public struct WorkQueue: Sendable {
    public typealias Work = @Sendable () -> Void

    private struct Entry: Sendable {
        let due: Int64
        let number: UInt64
        let work: Work

        func precedes(_ other: Entry) -> Bool { (due, number) < (other.due, other.number) }
    }

    private var heap: [Entry] = []
    /// Numbers of works that neither ran nor were taken back.
    private var waiting: Set<UInt64> = []
    private var lastNumber: UInt64 = 0

    public init() {}

    public var count: Int { waiting.count }

    /// Adds a work and gives the number by which it can be taken back.
    public mutating func add(due: Int64, _ work: @escaping Work) -> UInt64 {
        lastNumber += 1
        waiting.insert(lastNumber)
        heap.append(Entry(due: due, number: lastNumber, work: work))
        siftUp(heap.count - 1)
        return lastNumber
    }

    public mutating func cancel(_ number: UInt64) {
        waiting.remove(number)
        // A long poll takes its time-out back nearly always: without this, cancelled works would stay until they are due.
        if heap.count > 64, heap.count > waiting.count * 2 { rebuild() }
    }

    /// When the first work is due; nil without any.
    public mutating func nextDue() -> Int64? {
        dropCancelled()
        return heap.first?.due
    }

    /// Takes the first work that is due at `now`.
    public mutating func takeDue(now: Int64) -> Work? {
        dropCancelled()
        guard let first = heap.first, first.due <= now else { return nil }
        removeFirst()
        waiting.remove(first.number)
        return first.work
    }

    private mutating func dropCancelled() {
        while let first = heap.first, !waiting.contains(first.number) { removeFirst() }
    }

    private mutating func rebuild() {
        // A sorted array is a heap.
        heap = heap.filter { waiting.contains($0.number) }.sorted { $0.precedes($1) }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown()
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0, heap[child].precedes(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].precedes(heap[least]) { least = child }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
