import Domain
import HolderContracts
import Runtime
import SQLite
import Wire

/// Erases a whole workspace, or all of a channel, portion by portion, each a transaction of its own between those of others: in bounded memory, however much there
/// is. What one call has no time for, the next one goes on with.
final class WholeErasure: @unchecked Sendable {  // Each portion begins when the one before has ended: one thread at a time.
    static let portionRows = 2000
    /// Well below the call's deadline; the rest of it is for the residue.
    static let patienceMilliseconds: Int64 = 5000

    private let holder: Holder
    private let request: EraseSubject
    private let reply: Reply<EraseSubject>
    private let startedAt: Int64

    init(_ holder: Holder, _ request: EraseSubject, _ reply: Reply<EraseSubject>) {
        self.holder = holder
        self.request = request
        self.reply = reply
        startedAt = holder.process.system.clock.monotonicMilliseconds
    }

    func go() {
        let (store, request) = (holder.store, request)
        let isQueued = holder.database.writer.submit("erase portion") { connection in
            let rows = try store.erasePortion(of: request.subject, limit: WholeErasure.portionRows, connection)
            return (try Tombstones.count(rows, request.deletion, connection), isDone: rows.values.allSatisfy { $0 == 0 })
        } completion: { [self] result in
            switch result {
            case .success((let rows, isDone: true)): holder.eraseResidue(of: request.deletion, rows, reply)
            case .success((let rows, isDone: false)): isOutOfTime ? answer(rows) : go()
            case .failure(let error): holder.fail(error, reply)
            }
        }
        if !isQueued { reply.fault(.overloaded, "the writer's queue is full") }
    }

    private var isOutOfTime: Bool {
        holder.process.system.clock.monotonicMilliseconds - startedAt >= WholeErasure.patienceMilliseconds
    }

    private func answer(_ rows: [String: Int64]) { reply.ok(holder.receipt(request.deletion, rows, isPartial: true)) }
}
