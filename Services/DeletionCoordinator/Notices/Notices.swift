import DeletionCoordinatorContracts
import Digest
import Domain
import Policy
import Runtime
import SQLite
import Threads

/// Writes to whoever asked and left an address: that the request has come, that it takes longer, what became of it.
///
/// A file is written before it is on record, so a crash between the two writes it again, under the same name and message id. That it has
/// left the folder is taken for sent: a mailer that loses a message after that is beyond us.
final class Notices: @unchecked Sendable {  // `oldest` is guarded by `lock`; all else is the worker's own.
    /// While one lies there the folder is looked at so often.
    static let lookMilliseconds: Int64 = 10_000
    static let retryMilliseconds: Int64 = 1000
    /// For so long a mailer may be away before somebody should look.
    static let waitMillisecondsMax: Int64 = 86_400_000

    private let process: ServiceProcess
    private let configuration: DeletionCoordinatorConfiguration
    private let store: DeletionCoordinatorStore
    private let codes: ConfirmationCodes
    private let spool: NoticeSpool
    private let written, sent, expired: Metrics.Counter
    private let waiting: Metrics.Gauge
    private let lock = Lock()
    private var oldest: Timestamp?
    private lazy var worker = Worker(process.system, "notices") { [unowned self] in round() }

    init(
        _ process: ServiceProcess, _ configuration: DeletionCoordinatorConfiguration, _ store: DeletionCoordinatorStore,
        _ codes: ConfirmationCodes, _ spool: NoticeSpool
    ) {
        self.process = process
        self.configuration = configuration
        self.store = store
        self.codes = codes
        self.spool = spool
        written = process.metrics.counter("notices.written")
        sent = process.metrics.counter("notices.sent")
        expired = process.metrics.counter("notices.expired")
        waiting = process.metrics.gauge("notices.waiting")
        process.health.register("notices") { [self] in
            guard let oldest = lock.withLock({ oldest }) else { return .ok() }
            let age = process.system.clock.now.rawValue - oldest.rawValue
            return age > Notices.waitMillisecondsMax ? .degraded("for a day no mailer has taken the notices in the spool") : .ok()
        }
        _ = worker  // Made here: later two threads might make it at once.
    }

    func start() throws {
        // Of a notice that is not on record: it is written again, or has expired.
        let known = Set(try store.waitingNotices().map(\.file))
        try spool.remove(try spool.names().filter { $0.hasSuffix(NoticeSpool.suffix) && !known.contains($0) })
        worker.start()
    }

    func stop() { worker.stop() }

    /// There may be something to write.
    func wake() { worker.wake() }

    private func round() -> Worker.Next {
        let now = process.system.clock.now
        do {
            try noteTaken(now)
            try expire(now)
            let due = try store.dueNotices()
            for notice in due { try write(notice, now) }
            let lying = try store.waitingNotices().count
            waiting.set(Int64(lying))
            let oldest = try store.oldestNotice()
            lock.withLock { self.oldest = oldest }
            if due.count == Int(DeletionCoordinatorStore.dueCountMax) { return .again }
            return lying == 0 ? .untilWoken : .pause(milliseconds: Notices.lookMilliseconds)
        } catch {
            process.log.event("noticesFailed", level: .error, ("error", .safe("\(error)")))
            return .pause(milliseconds: Notices.retryMilliseconds)
        }
    }

    private func noteTaken(_ now: Timestamp) throws {
        let lying = Set(try spool.names())
        for notice in try store.waitingNotices() where !lying.contains(notice.file) {
            try store.database.writer.write("note a notice sent") { try DeletionCoordinatorStore.sent(notice, now: now, $0) }
            sent.add()
        }
    }

    /// An address that nobody could be answered at is kept no longer than any other name in a request.
    private func expire(_ now: Timestamp) throws {
        let end = now.adding(milliseconds: -Retention.requestIdentifiers.length.milliseconds)
        for request in try store.unanswered(endedBefore: end) {
            let files = try store.database.read("files of a request") { try DeletionCoordinatorStore.files(of: request, $0) }
            try store.database.writer.write("expire address") { try DeletionCoordinatorStore.forgetAddress(of: request, $0) }
            // After the row, so that it is not taken for sent; a file without a row is removed at the next start.
            try spool.remove(files)
            expired.add()
        }
    }

    private func write(_ notice: DeletionCoordinatorStore.DueNotice, _ now: Timestamp) throws {
        guard let status = try store.status(of: notice.request, now: now) else { return }
        let link = configuration.publicURL.map { "\($0)\(PublicDoor.statusPath)\(codes.code(for: notice.request))" }
        let text = NoticeText(notice.kind, status.deletion, link: link)
        // The same for the same notice: a mailer, or whoever gets it, can tell that it came twice.
        let digest = codes.digest("notice", of: Array("\(notice.request.rawValue)\n\(notice.kind.rawValue)".utf8))
        let name = Hex.encode(Array(digest.prefix(16)))
        let message = MailMessage(
            sender: configuration.sender, recipient: notice.address, sentAt: now, id: name, subject: text.subject,
            paragraphs: text.paragraphs)
        let file = "\(name)\(NoticeSpool.suffix)"
        try spool.write(file, message.bytes)
        try store.database.writer.write("note a notice") { try DeletionCoordinatorStore.wrote(notice, as: file, now: now, $0) }
        written.add()
    }
}
