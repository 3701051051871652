import Runtime
import SQLite
import Threads

/// Bytes of what a service deleted without anybody waiting for it (a withdrawn message): owed until no file holds them.
///
/// It is not known what was owed when the process ended, so a start owes too.
public final class OwedResidue: @unchecked Sendable {  // `isOwed` is guarded by `lock`.
    static let retryMilliseconds: Int64 = 1000
    static let deadlineMilliseconds: Int64 = 10_000

    private let database: Database
    private let log: Log
    private let lock = Lock()
    private var isOwed = true
    private var worker: Worker?

    public init(_ process: ServiceProcess, _ database: Database) {
        self.database = database
        log = process.log
        worker = Worker(process.system, "residue") { [weak self] in self?.round() ?? .untilWoken }
    }

    public func start() { worker?.start() }
    public func stop() { worker?.stop() }

    /// After the commit that deleted something. From any thread; cheap.
    public func owe() {
        lock.withLock { isOwed = true }
        worker?.wake()
    }

    /// Waits until nothing of what was owed is left in the file; a failure leaves it owed.
    public func settle() throws {
        let mustErase = lock.withLock {
            defer { isOwed = false }
            return isOwed
        }
        guard mustErase else { return }
        do {
            let done = Answer<Result<Void, any Error>>()
            let isQueued = database.writer.eraseResidue(deadlineMilliseconds: OwedResidue.deadlineMilliseconds) { done.fill($0) }
            guard isQueued else { throw DatabaseError(.busy, operation: "erase residue", hint: "the writer's queue is full: ask again") }
            try done.wait().get()
        } catch {
            lock.withLock { isOwed = true }
            throw error
        }
    }

    private func round() -> Worker.Next {
        do {
            try settle()
            return .untilWoken
        } catch {
            log.event("residueRemains", level: .warning, ("error", .safe("\(error)")))
            return .pause(milliseconds: OwedResidue.retryMilliseconds)
        }
    }
}
