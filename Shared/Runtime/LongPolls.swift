import Net
import Threads

/// Requests that wait for news: each is resumed exactly once, by a wake, by its time-out, or because the service stops.
///
/// What is resumed reads again and replies. That may take a moment, so it runs on a thread of its own and not where the wake came
/// from: a database writer that reads for its followers would hold up every write. `stop` it, else that thread stays.
public final class LongPolls: @unchecked Sendable {  // All state is guarded by `lock`.
    /// A moment in the sequence of wakes.
    public struct Mark: Sendable, Equatable { fileprivate let wakes: UInt64 }

    public static let countMaxDefault = 512

    /// Replies that wait for each other before they are flushed together.
    static let flushCountMax = 16

    private struct Poll {
        let resume: @Sendable () -> Void
        var timeout: (any ScheduledWork)?
    }

    private let system: System
    private let name: String
    private let countMax: Int
    private let lock = Lock()
    private let changed: Condition
    private var polls: [UInt64: Poll] = [:]
    private var ready: [@Sendable () -> Void] = []
    private var lastNumber: UInt64 = 0
    private var wakes: UInt64 = 0
    private var isStopped = false
    private var thread: (any RunningThread)?

    public init(_ system: System, name: String, countMax: Int = LongPolls.countMaxDefault) {
        self.system = system
        self.name = name
        self.countMax = countMax
        changed = Condition(lock)
    }

    public var count: Int { lock.withLock { polls.count } }

    /// Taken before looking for news: a wake between the look and `hold` then ends the hold at once instead of being lost.
    public func mark() -> Mark { lock.withLock { Mark(wakes: wakes) } }

    /// Calls `resume` once: after the first wake since `mark`, or after `milliseconds`. Where `countMax` wait already, or after `stop`,
    /// it is called before this returns.
    public func hold(since mark: Mark, milliseconds: Int64, _ resume: @escaping @Sendable () -> Void) {
        let isHeld: Bool = lock.withLock {
            guard !isStopped, polls.count + ready.count < countMax else { return false }
            if thread == nil { thread = system.scheduler.thread(name) { [self] in run() } }
            guard wakes == mark.wakes else {
                makeReady([resume])
                return true
            }
            lastNumber += 1
            let number = lastNumber
            // Under the lock, so that the time-out finds its poll.
            let timeout = system.scheduler.after(milliseconds: milliseconds) { [weak self] in self?.expire(number) }
            polls[number] = Poll(resume: resume, timeout: timeout)
            return true
        }
        if !isHeld { resume() }
    }

    /// There is news: everyone who waits is resumed. Cheap when nobody does.
    public func wake() {
        let woken: [Poll] = lock.withLock {
            wakes += 1
            return takeAll()
        }
        for poll in woken { poll.timeout?.cancel() }
    }

    /// Resumes everyone, waits until they have run, and holds nobody from now on. Not from a `resume`.
    public func stop() {
        let (woken, thread) = lock.withLock {
            isStopped = true
            let woken = takeAll()
            changed.broadcast()
            defer { self.thread = nil }
            return (woken, self.thread)
        }
        for poll in woken { poll.timeout?.cancel() }
        thread?.join()
    }

    /// Moves all polls to the thread; the caller takes their time-outs back when it has left the lock.
    private func takeAll() -> [Poll] {
        guard !polls.isEmpty else { return [] }
        let woken = polls.sorted { $0.key < $1.key }.map(\.value)
        polls.removeAll(keepingCapacity: true)
        makeReady(woken.map(\.resume))
        return woken
    }

    private func makeReady(_ resumes: [@Sendable () -> Void]) {
        ready += resumes
        changed.broadcast()
    }

    private func expire(_ number: UInt64) {
        lock.withLock { if let poll = polls.removeValue(forKey: number) { makeReady([poll.resume]) } }
    }

    private func run() {
        while let resumes = nextResumes() {
            FlushScope.run { for resume in resumes { resume() } }
        }
    }

    private func nextResumes() -> [@Sendable () -> Void]? {
        lock.withLock {
            while ready.isEmpty {
                if isStopped { return nil }
                changed.wait()
            }
            let next = ready.prefix(LongPolls.flushCountMax)
            ready.removeFirst(next.count)
            return Array(next)
        }
    }
}
