import Digest
import Domain
import HolderContracts
import Policy
import Runtime
import SQLite
import Threads
import Wire

/// What a service must be able to do with its own tables to hold personal data.
public protocol HolderStore: Sendable {
    /// Adds the names and rows that this service knows of the subject; counts the subject's rows by table.
    func collect(_ subject: Subject, _ connection: Connection) throws -> CollectSubject.Response
    /// Deletes the subject's rows; returns how many by table. Runs in one transaction on the writer.
    func erase(_ subject: Subject, _ connection: Connection) throws -> [String: Int64]
    /// Whom this file knows though a tombstone stands for them, each with its cut-off: whom a copy from before their erasure brings back.
    func returned(_ digester: ErasureDigester, _ connection: Connection) throws -> [Subject]
    /// The file is a copy that goes on by itself: what others know of the file's feeds must not be taken for what it says now, and numbers
    /// that the store gives itself go on above `numbersFrom`.
    func beginAnew(numbersFrom: Int64, _ connection: Connection) throws
    /// Deletes at most about `limit` rows of all that came by a workspace's channels; returns how many by table, all zero when nothing is
    /// left.
    func eraseWorkspace(_ workspace: WorkspaceID, limit: Int, _ connection: Connection) throws -> [String: Int64]
    /// Takes the subject's rows out of use, for a hold that keeps them; returns how many by table. `erase` removes them all the same.
    func setAside(_ subject: Subject, _ connection: Connection) throws -> [String: Int64]
    /// Files beside the database, its log and the service's that may name somebody: the scan looks into them too.
    func papers() throws -> [Paper]
    /// What a rule ends, table by table, in the order in which it goes; what a hold keeps of it as lists of its own. Runs on a reader.
    func expiring(_ expiry: ExpireData, _ connection: Connection) throws -> [ExpiringRows]
    /// Rows of a table have gone by a rule; on the writer, in their transaction: what memory knows of them may be outdated.
    func expired(_ table: String, _ connection: Connection) throws
}

extension HolderStore {
    public func papers() throws -> [Paper] { [] }
    public func expired(_ table: String, _ connection: Connection) throws {}
}

/// A file of a holder's that is no database.
public struct Paper: Sendable {
    public let path: String
    /// The table whose row says that it is there, and that it goes with that row; nil: a leftover.
    public let table: String?

    public init(path: String, table: String?) {
        self.path = path
        self.table = table
    }
}

/// Serves `holder.*` for one service, the same way in all.
public final class Holder: @unchecked Sendable {  // `owesBytes` is guarded by `lock`; the rest never changes.
    let process: ServiceProcess
    let database: Database
    let store: any HolderStore
    private let signer: ReceiptSigner
    private let scans, expiries: WorkQueue
    private let lock = Lock()
    /// Of rows that expired. At first too: what ran before may have ended between a deletion and its bytes.
    private var owesBytes = true

    public init(_ process: ServiceProcess, _ database: Database, _ store: any HolderStore) {
        self.process = process
        self.database = database
        self.store = store
        signer = ReceiptSigner(key: process.secret(KeyName.receiptKey(process.service)))
        scans = WorkQueue(process.system, "scan")
        expiries = WorkQueue(process.system, "expiry")
        process.router.on(DescribeHolder.self, describe)
        process.router.on(CollectSubject.self, collect)
        process.router.on(PlaceTombstones.self, tombstone)
        process.router.on(EraseSubject.self, erase)
        process.router.on(ProveErasure.self, prove)
        process.router.on(CopyHolder.self, copy)
        process.router.on(ExpireData.self, expire)
    }

    /// What has to be done before anybody is served: nothing, but for a file that came out of a backup.
    public func start() throws {
        guard let mark = database.copyMark else { return }
        let digester = ErasureDigester(peppers: process.peppers())
        try Restoration(process: process, database: database, store: store, digester: digester).run(mark: mark)
    }

    private func describe(_ request: DescribeHolder, _ reply: Reply<DescribeHolder>) {
        var response = DescribeHolder.Response()
        response.holder = process.service.rawValue
        response.columns = database.dataMap.map(DescribeHolder.Column.init)
        reply.ok(response)
    }

    private func collect(_ request: CollectSubject, _ reply: Reply<CollectSubject>) {
        do { reply.ok(try database.read("collect subject") { try store.collect(request.subject, $0) }) } catch {
            fail(error, reply)
        }
    }

    private func tombstone(_ request: PlaceTombstones, _ reply: Reply<PlaceTombstones>) {
        let now = process.system.clock.now
        let isQueued = database.writer.submit("place tombstones") { connection in
            PlaceTombstones.Response(standing: try Tombstones.place(request.tombstones, now: now, connection))
        } completion: { result in
            switch result {
            case .success(let response): reply.ok(response)
            case .failure(is Tombstones.Malformed): reply.fault(.malformed, "tombstones: a digest is 32 lower-case hex digits")
            case .failure(let error): self.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    /// Rows first, then their residue: the answer waits until the file holds no byte of them.
    private func erase(_ request: EraseSubject, _ reply: Reply<EraseSubject>) {
        if request.isHeld == true { return setAside(request, reply) }
        if request.subject.isWhole == true { return WholeErasure(self, request, reply).go() }
        let isQueued = database.writer.submit("erase subject") { [store] connection in
            try Tombstones.count(try store.erase(request.subject, connection), request.deletion, connection)
        } completion: { result in
            switch result {
            case .success(let rows): self.eraseResidue(of: request.deletion, rows, reply)
            case .failure(let error): self.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private func setAside(_ request: EraseSubject, _ reply: Reply<EraseSubject>) {
        let isQueued = database.writer.submit("set subject aside") { [store] connection in
            try store.setAside(request.subject, connection)
        } completion: { result in
            switch result {
            case .success(let rows): reply.ok(self.receipt(request.deletion, rows))
            case .failure(let error): self.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    func eraseResidue(of deletion: DeletionID, _ rows: [String: Int64], _ reply: Reply<EraseSubject>) {
        let isQueued = database.writer.eraseResidue(deadlineMilliseconds: reply.caller.timeoutMilliseconds) { result in
            switch result {
            case .success: reply.ok(self.receipt(deletion, rows))
            case .failure(let error): self.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    func receipt(_ deletion: DeletionID, _ rows: [String: Int64], isPartial: Bool = false) -> ErasureReceipt {
        let name = "\(process.service.rawValue).sqlite"
        return signer.sign(
            ErasureReceipt(
                deletion: deletion, holder: process.service.rawValue, rows: rows, files: [name, "\(name)-wal"],
                erasedAt: process.system.clock.now, isPartial: isPartial))
    }

    /// Tables at once; files one scan after another, since each takes as long as the files are large.
    private func prove(_ request: ProveErasure, _ reply: Reply<ProveErasure>) {
        guard request.scan else { return answer(request, reply, scan: nil) }
        let patience = reply.caller.timeoutMilliseconds
        let scan = SubjectScan(process, database, store, deadlineMilliseconds: patience)
        // The log first: what others' rows share a page with the subject's would be found in its older copies.
        let isQueued = database.writer.eraseResidue(deadlineMilliseconds: patience) { result in
            if case .failure(let error) = result { return self.fail(error, reply) }
            let isWaiting = self.scans.add {
                do { self.answer(request, reply, scan: try scan.run(request.subject)) } catch { self.fail(error, reply) }
            }
            if !isWaiting { reply.fault(.overloaded, "\(WorkQueue.countMax) scans wait already: try again later") }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private func answer(_ request: ProveErasure, _ reply: Reply<ProveErasure>, scan: ScanResult?) {
        do {
            let rows = try database.read("prove erasure") { try store.collect(request.subject, $0).rows }
            reply.ok(ProveErasure.Response(holder: process.service.rawValue, rows: rows, scan: scan))
        } catch {
            fail(error, reply)
        }
    }

    private func expire(_ request: ExpireData, _ reply: Reply<ExpireData>) {
        let expiry = Expiry(holder: self, request: request, deadlineMilliseconds: reply.caller.timeoutMilliseconds)
        let isWaiting = expiries.add {
            do { reply.ok(try expiry.run()) } catch { self.fail(error, reply) }
        }
        if !isWaiting { reply.fault(.overloaded, "\(WorkQueue.countMax) runs wait already: try again later") }
    }

    func oweExpiredBytes() { lock.withLock { owesBytes = true } }

    /// Waits until no byte of what expired is left in the file; owed until it succeeds.
    func eraseWhatExpired(deadlineMilliseconds: Int64) throws {
        guard lock.withLock({ owesBytes }) else { return }
        try database.eraseResidue(deadlineMilliseconds: deadlineMilliseconds)
        lock.withLock { owesBytes = false }
    }

    /// A copy for a backup. The journal is counted when the last page is copied: whoever is erased later stands in a later line.
    private func copy(_ request: CopyHolder, _ reply: Reply<CopyHolder>) {
        guard request.file.hasPrefix("/") else { return reply.fault(.malformed, "body: file: expected an absolute path") }
        let journal = JournalReader(dataFolder: process.configuration.dataFolder)
        let isQueued = database.writer.copy(to: request.file, mark: { try journal.count() }) { result in
            switch result {
            case .success(let bytes): reply.ok(CopyHolder.Response(bytes: bytes, madeAt: self.process.system.clock.now))
            case .failure(let error as DatabaseError) where error.code == .io: reply.refuse(.fileNotMade, error.hint)
            case .failure(let error): self.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    func fail<R: Request>(_ error: any Error, _ reply: Reply<R>) {
        process.log.event("holderFailed", level: .error, ("method", .safe(R.contract.method)), ("error", .safe("\(error)")))
        reply.fault(.unavailable, "\(process.service.rawValue) could not finish \(R.contract.method): try again")
    }
}
