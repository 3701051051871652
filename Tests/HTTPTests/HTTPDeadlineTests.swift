import Glibc
import Testing
import Threads

@testable import HTTP
@testable import Net

/// Deadlines under a manual clock. A first request in the same send proves that the server has seen what follows it.
@Suite(.serialized)
struct HTTPDeadlineTests {
    /// Coarseness of the wheel, in milliseconds.
    private static let slack = 2 * EventLoopDeadlines.slotMilliseconds

    private func begun(_ server: HTTPTestServer, _ start: String) throws -> HTTPTestClient {
        let client = try server.client()
        try client.send(Samples.get("/echo/first") + start)
        #expect(try client.response().text == "first")
        try server.settle()
        return client
    }

    @Test func aSlowHeadGets408AndTheConnectionCloses() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, "GET /echo/slow HT")
        server.clock.advance(5_000 + Self.slack)
        let response = try client.response()
        #expect(response.status == 408 && response.closes)
        #expect(try client.bytesUntilEnd() == 0)
        #expect(server.reasons == [.headDeadline])
    }

    @Test func aHeadWithinItsTimeIsTaken() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, "GET /echo/slow HT")
        server.clock.advance(4_900)
        try server.settle()
        try client.send("TP/1.1\r\nHost: a\r\n\r\n")
        #expect(try client.response().text == "slow")
    }

    @Test func aByteNowAndThenGainsNoTime() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, "GET /echo/slow HT")
        server.clock.advance(3_000)
        try client.send("T")
        try server.settle()
        server.clock.advance(2_000 + Self.slack)
        #expect(try client.response().status == 408)
    }

    @Test func aSlowBodyGets408() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, Samples.request("POST", "/length", ["Content-Length: 10"], "12345"))
        server.clock.advance(9_900)
        try server.settle()
        #expect(server.reasons.isEmpty)
        server.clock.advance(100 + Self.slack)
        #expect(try client.response().status == 408)
        #expect(server.reasons == [.bodyDeadline])
    }

    @Test func anIdleConnectionClosesWithoutAWord() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, "")
        server.clock.advance(14_900)
        try client.send(Samples.get("/echo/again"))
        #expect(try client.response().text == "again")
        try server.settle()
        server.clock.advance(15_000 + Self.slack)
        #expect(try client.bytesUntilEnd() == 0)
    }

    @Test func aHandlerThatDoesNotAnswerIsAnsweredFor() throws {
        let server = try HTTPTestServer()
        let client = try begun(server, Samples.get("/held"))
        let reply = server.held.take()
        server.clock.advance(30_000 + Self.slack)
        let response = try client.response()
        #expect(response.status == 503 && response.closes)
        reply.send(.text("too late"))
        #expect(try client.bytesUntilEnd() == 0)
    }

    @Test func aPeerThatStopsReadingIsCutOff() throws {
        var limits = HTTPLimits()
        limits.idleMilliseconds = limits.stallMilliseconds
        let server = try HTTPTestServer(limits: limits)
        let client = try begun(server, Samples.get("/large"))
        let witness = try begun(server, "")
        server.clock.advance(10_000 + Self.slack)
        // The witness idles since a moment after the other stalled: once it is closed, the other one is.
        #expect(try witness.bytesUntilEnd() == 0)
        // What the kernel took is still there to read; the rest never comes.
        let bytes = try client.bytesUntilEnd()
        #expect(bytes > 0 && bytes < HTTPTestServer.largeBytes)
    }

    @Test func acceptingPausesWhenDescriptorsRunOutAndGoesOnLater() throws {
        let failures = Failures(2)
        let server = try HTTPTestServer(accept: { (listener) throws(NetError) in
            if failures.take() { throw NetError(operation: "accept", errno: EMFILE, hint: "test") }
            return try listener.accept(nonblocking: true)
        })
        let client = try server.client()
        try client.send(Samples.get("/echo/patient"))
        for pause in 1...2 {
            failures.wait(untilTaken: pause)
            #expect(server.server.counts.accepted == 0)
            server.clock.advance(HTTPAcceptor.pauseMilliseconds + Self.slack)
        }
        #expect(try client.response().text == "patient")
        #expect(server.server.counts.pauses == 2)
    }

    /// So many failures, and a way to wait for them.
    private final class Failures: @unchecked Sendable {  // Both counters are only touched under the lock.
        private let lock = Lock()
        private let changed: Condition
        private let count: Int
        private var taken = 0

        init(_ count: Int) {
            self.count = count
            changed = Condition(lock)
        }

        func take() -> Bool {
            lock.withLock {
                guard taken < count else { return false }
                taken += 1
                changed.broadcast()
                return true
            }
        }

        func wait(untilTaken count: Int) { lock.withLock { while taken < count { changed.wait() } } }
    }
}
