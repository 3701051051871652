import Runtime
import SQLite
import Threads

/// Lets the search index follow the messages: soon, and many at once while many come.
final class SearchIndexer: @unchecked Sendable {  // `isIdle` is guarded by `lock`.
    /// A message is found about this long after it came.
    static let pauseMilliseconds: Int64 = 200

    private let database: Database
    private let store: ConversationStoreStore
    private let process: ServiceProcess
    private let indexed: Metrics.Counter
    private let lock = Lock()
    private var isIdle = false
    private var worker: Worker?

    init(_ process: ServiceProcess, _ database: Database, _ store: ConversationStoreStore) {
        self.process = process
        self.database = database
        self.store = store
        indexed = process.metrics.counter("messages.indexed")
        worker = Worker(process.system, "search index") { [weak self] in self?.round() ?? .untilWoken }
    }

    func start() { worker?.start() }
    func stop() { worker?.stop() }

    /// There are new messages. A worker that pauses will see them anyway.
    func wake() {
        let mustWake = lock.withLock {
            defer { isIdle = false }
            return isIdle
        }
        if mustWake { worker?.wake() }
    }

    private func round() -> Worker.Next {
        lock.withLock { isIdle = true }  // First: what comes during the round is not slept through.
        do {
            let count = try database.writer.write("index messages") { [store] in try store.indexNext($0) }
            indexed.add(Int64(count))
            if count == Int(ConversationStoreStore.indexPortion) { return .again }
            if count == 0 { return .untilWoken }
        } catch {
            process.log.event("indexingFailed", level: .error, ("error", .safe("\(error)")))
        }
        lock.withLock { isIdle = false }
        return .pause(milliseconds: SearchIndexer.pauseMilliseconds)
    }
}
