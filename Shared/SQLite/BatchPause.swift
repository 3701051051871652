/// How long a batch waits for more jobs before it commits, as a value.
///
/// Callers who wait for their answers before they send again fall into two groups: one is being committed while the other is in the
/// queue, and every commit serves half of them. So a batch that has run its jobs waits for as many as stood together at the last commit.
/// It waits at most as long as a commit takes, so that it lasts at most twice as long as without; callers who don't come back aren't
/// waited for again for a while. A lone caller is never waited for.
struct BatchPause {
    /// Batches that don't wait after one that waited in vain.
    static let restCount = 16
    /// Jobs that wake a waiting batch: it may as well run them meanwhile.
    static let wakeCount = 32
    static let nanosecondsMax: Int64 = 5_000_000

    private var expectedCount = 0
    private var commitNanoseconds: Int64 = 0
    private var restLeft = 0
    /// What this batch has waited so far.
    private var waited: Int64 = 0

    /// How many jobs a batch that has run `count` may still take, and how long it may wait for them; nil when it must commit.
    func offer(afterRunning count: Int) -> (count: Int, nanoseconds: Int64)? {
        guard count < expectedCount else { return nil }
        let left = max(0, min(commitNanoseconds, BatchPause.nanosecondsMax) - waited)
        return (min(expectedCount - count, BatchPause.wakeCount), restLeft == 0 ? left : 0)
    }

    /// The batch waited so long, and got what it waited for or not.
    mutating func waited(nanoseconds: Int64, inVain: Bool) {
        waited += nanoseconds
        if inVain { restLeft = BatchPause.restCount }
    }

    /// - Parameter queueCount: jobs that came while the batch was committed.
    mutating func committed(count: Int, queueCount: Int, nanoseconds: Int64) {
        if restLeft > 0 && waited == 0 { restLeft -= 1 }
        expectedCount = count + queueCount
        commitNanoseconds = nanoseconds
        waited = 0
    }
}
