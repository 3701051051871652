import Synchronization

/// How many bytes of requests under way, partial frames and unsent replies the whole process holds for its peers (DESIGN §2).
public final class WeightBudget: Sendable {
    public static let bytesMaxDefault = 64 * 1024 * 1024

    private let bytesMax: Int
    // It guards nothing else, so no order with other memory is needed.
    private let used = Atomic<Int>(0)

    public init(bytesMax: Int = WeightBudget.bytesMaxDefault) { self.bytesMax = bytesMax }

    /// Bytes held now.
    public var bytesUsed: Int { used.load(ordering: .relaxed) }

    /// Takes `bytes` from the budget; false, and nothing taken, when they don't fit.
    func take(_ bytes: Int) -> Bool {
        var before = bytesUsed
        while before + bytes <= bytesMax {
            let (isTaken, now) = used.compareExchange(expected: before, desired: before + bytes, ordering: .relaxed)
            if isTaken { return true }
            before = now
        }
        return false
    }

    /// Accounts for bytes that exist already and can't be refused any more.
    func takeRegardless(_ bytes: Int) { used.add(bytes, ordering: .relaxed) }

    func give(_ bytes: Int) {
        let before = used.subtract(bytes, ordering: .relaxed).oldValue
        precondition(before >= bytes, "a budget gets back what was taken from it")
    }
}
