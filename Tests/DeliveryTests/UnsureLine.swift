import Threads
import Wire

/// A line between two services on which every so many answers are lost: what was asked was done all the same.
final class UnsureLine: Transport, @unchecked Sendable {  // All state is guarded by `lock`.
    static let lossInterval = 7

    private let lock = Lock()
    private let changed: Condition
    private var far: (any Transport)?
    private var count = 0
    private(set) var lostCount = 0

    init() { changed = Condition(lock) }

    /// Blocks until something is answered, or so long.
    func waitForAnswer(milliseconds: Int64) { lock.withLock { _ = changed.wait(milliseconds: milliseconds) } }

    func connect(to far: any Transport) { lock.withLock { self.far = far } }

    func exchange(
        timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8], receive: @escaping @Sendable (ReplyBytes) -> Void
    ) {
        let (far, isLost) = lock.withLock {
            count += 1
            let isLost = count % UnsureLine.lossInterval == 0
            if isLost { lostCount += 1 }
            return (self.far, isLost)
        }
        guard let far else { return receive(.fault(Fault(.unavailable, "nobody is there"))) }
        far.exchange(timeoutMilliseconds: timeoutMilliseconds, mayRepeat: mayRepeat, frame: frame) { [self] reply in
            defer { lock.withLock { changed.broadcast() } }
            receive(isLost ? .fault(Fault(.deadlineExceeded, "the answer was lost")) : reply)
        }
    }

    func exchangeBlocking(timeoutMilliseconds: Int64, mayRepeat: Bool, frame: (Int64) -> [UInt8]) -> ReplyBytes {
        preconditionFailure("the relay never waits")
    }
}
