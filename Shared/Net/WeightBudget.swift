import Threads

/// How many bytes of requests under way, partial frames and unsent replies the whole process holds for its peers (DESIGN §2).
public final class WeightBudget: @unchecked Sendable {  // `used` is guarded by `lock`.
    public static let bytesMaxDefault = 64 * 1024 * 1024

    private let bytesMax: Int
    private let lock = Lock()
    private var used = 0

    public init(bytesMax: Int = WeightBudget.bytesMaxDefault) { self.bytesMax = bytesMax }

    /// Bytes held now.
    public var bytesUsed: Int { lock.withLock { used } }

    /// Takes `bytes` from the budget; false, and nothing taken, when they don't fit.
    func take(_ bytes: Int) -> Bool {
        lock.withLock {
            guard used + bytes <= bytesMax else { return false }
            used += bytes
            return true
        }
    }

    /// Accounts for bytes that exist already and can't be refused any more.
    func takeRegardless(_ bytes: Int) { lock.withLock { used += bytes } }

    func give(_ bytes: Int) {
        lock.withLock {
            precondition(used >= bytes, "a budget gets back what was taken from it")
            used -= bytes
        }
    }
}
