import Runtime
import SQLite

/// Brings what memory knows in line with the file after an erasure: channels that have ended, and how much still waits.
struct Reload: Sendable {
    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let directory: ChannelDirectory
    private let backlog: Backlog
    private let feed: AccessFeed

    init(
        _ process: ServiceProcess, _ database: Database, _ store: IntakeStore, _ directory: ChannelDirectory, _ backlog: Backlog,
        _ feed: AccessFeed
    ) {
        self.process = process
        self.database = database
        self.store = store
        self.directory = directory
        self.backlog = backlog
        self.feed = feed
    }

    /// Called inside the erasure's transaction: the job stands in line behind it, and so reads what it has left, committed or taken
    /// back. Where the queue is full memory stays behind: the tables still decide about every write.
    func submit() {
        let isQueued = database.writer.submit("reload") { [store] in
            (try store.channels($0), try store.backlog($0))
        } completion: { result in
            switch result {
            case .success(let (channels, waiting)):
                directory.replaceAll(channels)
                backlog.set(waiting)
                feed.wake()
            case .failure(let error):
                process.log.event("reloadFailed", level: .error, ("error", .safe("\(error)")))
            }
        }
        if !isQueued { process.log.event("reloadFailed", level: .error, ("error", "queue full")) }
    }
}
