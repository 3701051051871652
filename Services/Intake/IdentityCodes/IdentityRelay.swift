import DeletionCoordinatorContracts
import Runtime
import SQLite
import Threads
import Wire

/// Tells deletion-coordinator which codes came from whom: at least once, in order. What it says to a code, yes or no, ends it; a
/// coordinator that is down only delays.
final class IdentityRelay: @unchecked Sendable {  // `backoff` is the worker's own; everything else is constant.
    private let process: ServiceProcess
    private let database: Database
    private let store: IntakeStore
    private let coordinator: any Transport
    private let confirmed, unknown: Metrics.Counter
    private var backoff = Backoff()
    private lazy var worker = Worker(process.system, "identity codes") { [unowned self] in round() }

    init(_ process: ServiceProcess, _ database: Database, _ store: IntakeStore, to coordinator: any Transport) {
        self.process = process
        self.database = database
        self.store = store
        self.coordinator = coordinator
        confirmed = process.metrics.counter("identityCodes.confirmed")
        unknown = process.metrics.counter("identityCodes.unknown")
        _ = worker  // Made here: later two threads might make it at once.
    }

    func start() { worker.start() }
    func stop() { worker.stop() }

    /// A code was committed.
    func wake() { worker.wake() }

    private func round() -> Worker.Next {
        do {
            guard let sent = try database.read("sent codes", { [store] in try store.firstCode($0) }) else { return .untilWoken }
            let answer = Answer<Outcome<ConfirmIdentity>>()
            coordinator.call(ConfirmIdentity(code: sent.code, sender: sent.sender)) { answer.fill($0) }
            switch answer.wait() {
            case .ok: confirmed.add()
            // Whoever types something that looks like a code has proved nothing.
            case .refused: unknown.add()
            case .fault(let fault):
                process.limitedLog.event("codeNotConfirmed", ("code", .safe(fault.code.rawValue)))
                return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
            }
            try database.writer.write("told code") { [store] in try store.removeCode(sent.sequence, $0) }
            backoff.reset()
            return .again
        } catch {
            process.log.event("codesHeldUp", level: .error, ("error", .safe("\(error)")))
            return .pause(milliseconds: backoff.next(jitter: process.system.jitter()))
        }
    }
}
