import Net
import Threads

@testable import HTTP

/// Time that moves when the test says so.
final class ManualClock: @unchecked Sendable {  // `time` is only touched under the lock.
    private let lock = Lock()
    private var time: Int64 = 1_000_000

    var now: Int64 { lock.withLock { time } }

    func advance(_ milliseconds: Int64) { lock.withLock { time += milliseconds } }
}

/// Replies that handlers left for the test to send.
final class HeldReplies: @unchecked Sendable {  // `replies` is only touched under the lock.
    private let lock = Lock()
    private let arrived: Condition
    private var replies: [HTTPReply] = []

    init() { arrived = Condition(lock) }

    func put(_ reply: HTTPReply) {
        lock.withLock {
            replies.append(reply)
            arrived.broadcast()
        }
    }

    /// Waits for the oldest.
    func take() -> HTTPReply {
        lock.withLock {
            while replies.isEmpty { arrived.wait() }
            return replies.removeFirst()
        }
    }
}

/// A running server with a few routes, under a clock of its own.
final class HTTPTestServer {
    static let largeBytes = 24 * 1024 * 1024

    let clock = ManualClock()
    let held = HeldReplies()
    let server: HTTPServer
    private let failures: Failures

    init(
        limits: HTTPLimits = HTTPLimits(), loopCount: Int = 1,
        accept: @escaping @Sendable (ListeningSocket) throws(NetError) -> Socket? = { (listener) throws(NetError) in
            try listener.accept(nonblocking: true)
        }
    ) throws {
        let (clock, held, failures) = (clock, held, Failures())
        self.failures = failures
        var router = HTTPRouter()
        router.on(.get, "/echo/:text") { request, reply in reply.send(.text(request.parameter ?? "")) }
        router.on(.post, "/length") { request, reply in reply.send(.text(String(request.body.count))) }
        router.on(.get, "/peer") { request, reply in reply.send(.text(request.peer?.description ?? "nobody")) }
        router.on(.get, "/held") { _, reply in held.put(reply) }
        router.on(.get, "/lost") { _, _ in }
        router.on(.get, "/large") { _, reply in
            reply.send(HTTPResponse(.ok, body: [UInt8](repeating: 7, count: HTTPTestServer.largeBytes)))
        }
        let frozen = router
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 1_024, nonblocking: true)
        server = try HTTPServer(
            listener, accept: { () throws(NetError) in try accept(listener) }, name: "http-test", limits: limits, loopCount: loopCount,
            clock: { clock.now }, date: HTTPDate { 0 }, onFailure: { failures.put($0) }, handler: { frozen.handle($0, $1) })
        try server.start()
    }

    deinit { server.drain(deadlineMilliseconds: 0) }

    var reasons: [HTTPFailure.Reason] { failures.all }

    func client() throws -> HTTPTestClient { try HTTPTestClient(server.port) }

    /// Returns when the loop has handled all that was sent to it before. It takes ready sockets in order, a few to a batch.
    func settle() throws {
        let client = try client()
        for _ in 0..<3 {
            try client.send(Samples.get("/echo/settled"))
            _ = try client.response()
        }
    }

    private final class Failures: @unchecked Sendable {  // `reasons` is only touched under the lock.
        private let lock = Lock()
        private var reasons: [HTTPFailure.Reason] = []

        var all: [HTTPFailure.Reason] { lock.withLock { reasons } }

        func put(_ failure: HTTPFailure) { lock.withLock { reasons.append(failure.reason) } }
    }
}
