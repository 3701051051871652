import Glibc
import Net
import Threads

/// A strict little HTTP/1.1 server for the public doors: no TLS, no chunks, no upgrades. A well-kept proxy stands in front.
///
/// Call `start`, and `drain` before letting go of it.
public final class HTTPServer: @unchecked Sendable {  // `hasStarted` is only touched under the lock; the rest never changes.
    /// Where it listens, with the real port when port 0 was asked for.
    public let address: SocketAddress

    private let listener: ListeningSocket
    private let state = HTTPServerState()
    private let loops: [EventLoop]
    private let workers: [HTTPWorker]
    private let acceptor: HTTPAcceptor
    private let lock = Lock()
    private var hasStarted = false

    /// Binds; connections wait until `start`. `loopCount` is 1 or 2 threads. `clock` is monotonic milliseconds for the deadlines,
    /// `unixSeconds` for the Date header. `onFailure` hears of each refusal made before a handler saw a request, on a loop's thread.
    public convenience init(
        host: String, port: UInt16, name: String = "http", limits: HTTPLimits = HTTPLimits(), loopCount: Int = 1,
        clock: @escaping @Sendable () -> Int64 = EventLoop.monotonicMilliseconds,
        unixSeconds: @escaping @Sendable () -> Int64 = { Int64(time(nil)) },
        onFailure: @escaping @Sendable (HTTPFailure) -> Void = { _ in }, handler: @escaping HTTPHandler
    ) throws(NetError) {
        let listener = try ListeningSocket(host: host, port: port, nonblocking: true)
        try self.init(
            listener, accept: { () throws(NetError) in try listener.accept(nonblocking: true) }, name: name, limits: limits,
            loopCount: loopCount, clock: clock, date: HTTPDate(seconds: unixSeconds), onFailure: onFailure, handler: handler)
    }

    init(
        _ listener: ListeningSocket, accept: @escaping @Sendable () throws(NetError) -> Socket?, name: String, limits: HTTPLimits,
        loopCount: Int, clock: @escaping @Sendable () -> Int64, date: HTTPDate,
        onFailure: @escaping @Sendable (HTTPFailure) -> Void, handler: @escaping HTTPHandler
    ) throws(NetError) {
        precondition((1...2).contains(loopCount), "a public door has one loop or two")
        self.listener = listener
        address = listener.address
        var loops: [EventLoop] = []
        do throws(NetError) {
            for index in 0..<loopCount { loops.append(try EventLoop(name: loopCount == 1 ? name : "\(name)-\(index)", clock: clock)) }
        } catch {
            for loop in loops { loop.stop() }
            listener.close()
            throw error
        }
        let state = state
        self.loops = loops
        workers = loops.map { HTTPWorker($0, limits, state, date, onFailure, handler) }
        acceptor = HTTPAcceptor(listener.descriptor, workers, accept: accept)
    }

    public var port: UInt16 { address.port }

    public var counts: HTTPCounts { state.snapshot }

    /// Begins to accept. Once.
    public func start() throws(NetError) {
        lock.withLock {
            precondition(!hasStarted, "a server starts once")
            hasStarted = true
        }
        let outcome = Outcome()
        loops[0].runAndWait { [acceptor] in
            do throws(NetError) { try acceptor.start() } catch { outcome.error = error }
        }
        if let error = outcome.error { throw error }
    }

    /// Stops: accepts no more, closes idle connections, lets requests that have begun finish with `Connection: close`, and cuts what
    /// is left at the deadline. Blocks the caller, who is not a handler; returns how many connections were cut. The second time
    /// nothing happens.
    @discardableResult
    public func drain(deadlineMilliseconds: Int64) -> Int {
        guard state.startDraining() else { return 0 }
        let clock = EventLoop.monotonicMilliseconds  // A person waits for this one, also under a test's clock.
        let deadline = clock() + deadlineMilliseconds
        loops[0].runAndWait { [acceptor] in acceptor.stop() }
        listener.close()
        for (loop, worker) in zip(loops, workers) { loop.runAndWait { worker.drain() } }
        let isEmpty = state.waitUntilEmpty(until: deadline, clock: clock)
        let cut = isEmpty ? 0 : state.snapshot.connections
        for (loop, worker) in zip(loops, workers) { loop.runAndWait { worker.closeAll() } }
        for loop in loops { loop.stop() }
        return cut
    }

    /// Carries an error from the loop's thread; `runAndWait` orders the two.
    private final class Outcome: @unchecked Sendable { var error: NetError? }
}
