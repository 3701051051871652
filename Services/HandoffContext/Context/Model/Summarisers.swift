import HTTP
import HandoffContextContracts
import Net
import Runtime
import Threads

/// The language models that workspaces may plug in. Each call blocks a thread of its own few, so that a slow model holds up nobody who
/// has another; what can't be asked at once is not asked.
final class Summarisers: @unchecked Sendable {  // `waiting` and `isStopped` are guarded by `lock`.
    static let threadCount = 4
    static let waitingMax = 16
    static let answerBytesMax = 65_536

    /// Why there is no summary from a model; a word for log and metrics.
    struct Failure: Error, Equatable { let reason: String }
    typealias Completion = @Sendable (Result<[ContextLine], Failure>) -> Void

    private let configuration: HandoffConfiguration
    private let clock: any Clock
    private let lock = Lock()
    private var waiting: [@Sendable () -> Void] = []
    private var isStopped = false
    private var workers: [Worker] = []

    init(_ process: ServiceProcess, _ configuration: HandoffConfiguration) {
        self.configuration = configuration
        clock = process.system.clock
        guard !configuration.summarisers.isEmpty else { return }
        workers = (0..<Summarisers.threadCount).map { _ in Worker(process.system, "summaries") { [unowned self] in work() } }
    }

    func start() { for worker in workers { worker.start() } }

    func stop() {
        lock.withLock { isStopped = true }
        for worker in workers { worker.stop() }
        // Whoever still waits is told that nothing comes.
        while work() == .again {}
    }

    func knows(_ host: String) -> Bool { configuration.summarisers[host.lowercased()] != nil }

    /// Asks a workspace's model; `completion` hears on another thread, or at once when it can't be asked.
    /// - Parameter timeoutMilliseconds: the caller's; the configured one counts where it is shorter.
    func ask(_ question: SummaryQuestion, of summariser: Summariser, timeoutMilliseconds: Int64, completion: @escaping Completion) {
        // A host may have been taken out of the configuration since it was set.
        guard let address = configuration.summarisers[summariser.host.lowercased()] else {
            return completion(.failure(Failure(reason: "unknownHost")))
        }
        let deadline = clock.monotonicMilliseconds + min(timeoutMilliseconds, configuration.summaryMilliseconds)
        let isQueued = lock.withLock {
            guard !isStopped, waiting.count < Summarisers.waitingMax else { return false }
            waiting.append { [self] in completion(call(question, summariser, at: address, until: deadline)) }
            return true
        }
        guard isQueued else { return completion(.failure(Failure(reason: "overloaded"))) }
        for worker in workers { worker.wake() }
    }

    private func work() -> Worker.Next {
        guard let call = lock.withLock({ waiting.isEmpty ? nil : waiting.removeFirst() }) else { return .untilWoken }
        call()
        return .again
    }

    private func call(
        _ question: SummaryQuestion, _ summariser: Summariser, at address: SocketAddress, until deadline: Int64
    ) -> Result<[ContextLine], Failure> {
        let left = deadline - clock.monotonicMilliseconds
        // Whoever waited too long for a thread is not kept waiting longer.
        guard left > 0, !lock.withLock({ isStopped }) else { return .failure(Failure(reason: HTTPCallFailure.timedOut.rawValue)) }
        let client = HTTPClient(
            host: summariser.host, at: address, timeoutMilliseconds: left, answerBytesMax: Summarisers.answerBytesMax)
        let answer: HTTPAnswer
        do throws(HTTPCallFailure) {
            answer = try client.post(SummaryQuestion.path, question.body(for: summariser.model), type: "application/json")
        } catch { return .failure(Failure(reason: error.rawValue)) }
        do throws(SummaryAnswer.Problem) { return .success(try SummaryAnswer.lines(of: answer, to: question)) } catch {
            return .failure(Failure(reason: error.rawValue))
        }
    }
}
