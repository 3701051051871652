import Glibc
import Net
import Testing
import Threads

@testable import HTTP

/// Over real sockets on loopback.
@Suite(.serialized)
struct HTTPServerTests {
    @Test(arguments: [1, 2]) func oneConnectionCarriesManyRequests(_ loopCount: Int) throws {
        let server = try HTTPTestServer(loopCount: loopCount)
        let client = try server.client()
        for index in 0..<100 {
            try client.send(Samples.get("/echo/\(index)"))
            let response = try client.response()
            #expect(response.text == "\(index)" && !response.closes)
        }
        #expect(server.server.counts.accepted == 1)
        #expect(server.server.counts.requests == 100)
    }

    @Test func connectionsAreDealtToAllLoops() throws {
        let loops = SeenThreads()
        let server = try HTTPServer(host: "127.0.0.1", port: 0, loopCount: 2) { _, reply in
            loops.see()
            reply.send(.empty(.ok))
        }
        try server.start()
        defer { server.drain(deadlineMilliseconds: 1_000) }
        let clients = try (0..<4).map { _ in try HTTPTestClient(server.port) }
        for client in clients { try client.send(Samples.get("/")) }
        for client in clients { #expect(try client.response().status == 200) }
        #expect(loops.counts.sorted() == [2, 2])
    }

    @Test func aRequestKnowsWhoIsAtTheOtherEnd() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/peer") + Samples.get("/peer"))
        #expect(try client.response().text == "127.0.0.1")
        #expect(try client.response().text == "127.0.0.1")
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        let count = HTTPConnection.requestsPerTurnMax * 3
        try client.send((0..<count).map { Samples.get("/echo/\($0)") }.joined())
        for index in 0..<count { #expect(try client.response().text == "\(index)") }
    }

    @Test func aLateReplyFromAnotherThreadKeepsTheOrder() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/held") + Samples.get("/echo/second") + Samples.get("/held") + Samples.get("/echo/fourth"))
        let held = server.held
        let thread = Thread("late") {
            held.take().send(.text("first"))
            held.take().send(.text("third"))
        }
        for text in ["first", "second", "third", "fourth"] { #expect(try client.response().text == text) }
        thread.join()
    }

    @Test func aLostReplyAnswers500AndIsCounted() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/lost") + Samples.get("/echo/on"))
        #expect(try client.response().status == 500)
        #expect(try client.response().text == "on")
        #expect(server.server.counts.lostReplies == 1)
    }

    @Test func headIsAnsweredWithTheLengthAndWithoutTheBody() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.request("HEAD", "/echo/hello", []) + Samples.get("/echo/next"))
        let response = try client.response(forHead: true)
        #expect(response.head.contains("Content-Length: 5\r\n"))
        #expect(try client.response().text == "next")
    }

    @Test func connectionCloseIsHonoured() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/echo/last", ["Connection: close"]) + Samples.get("/echo/never"))
        let response = try client.response()
        #expect(response.text == "last" && response.closes)
        #expect(try client.bytesUntilEnd() == 0)
    }

    @Test func aPeerThatFinishedSendingStillGetsItsAnswer() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/held"))
        client.socket.finishSending()
        server.held.take().send(.text("here"))
        #expect(try client.response().text == "here")
        #expect(try client.bytesUntilEnd() == 0)
    }

    @Test func aWaitingBodyIsAskedFor() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.request("POST", "/length", ["Content-Length: 3", "Expect: 100-continue"]))
        #expect(try client.response().status == 100)
        try client.send("abc")
        #expect(try client.response().text == "3")
    }

    @Test func aFramingFailureIsAnsweredAndCloses() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/echo/a") + Samples.post("/length", "abc", ["Transfer-Encoding: chunked"]) + Samples.get("/echo/b"))
        #expect(try client.response().text == "a")
        let response = try client.response()
        #expect(response.status == 501 && response.closes)
        #expect(try client.bytesUntilEnd() == 0)
        #expect(server.reasons == [.transferEncoding])
    }

    @Test func aBodyThatIsTooLargeIsRefusedUnread() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.request("POST", "/length", ["Content-Length: 3145729"]))
        let response = try client.response()
        #expect(response.status == 413 && response.closes)
    }

    /// Without the lingering close, the kernel answers the unread body with a reset that destroys the response.
    @Test func aPeerThatSendsItsBodyRegardlessStillReadsTheRefusal() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.request("POST", "/length", ["Content-Length: 3145729"]))
        for _ in 0..<20 { try client.send(String(repeating: "x", count: 100_000)) }
        #expect(try client.response().status == 413)
        #expect(try client.bytesUntilEnd() == 0)
    }

    @Test func theLargestBodyArrivesWhole() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.post("/length", String(repeating: "x", count: 3_145_728)))
        #expect(try client.response().text == "3145728")
    }

    @Test func aLargeResponseArrivesWholeHoweverSlowlyItIsRead() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/large") + Samples.get("/echo/after"))
        try server.settle()  // The server has sent what the socket takes and holds the rest.
        #expect(try client.response().body.count == HTTPTestServer.largeBytes)
        #expect(try client.response().text == "after")
    }

    @Test func aThousandIdleConnectionsHoldNoBuffers() throws {
        let server = try HTTPTestServer()
        let before = try residentBytes()
        let clients = try (0..<1_000).map { _ in try server.client() }
        try clients.last?.send(Samples.get("/echo/x"))
        _ = try clients.last?.response()
        #expect(server.server.counts.connections == 1_000)
        #expect(try residentBytes() - before < 16 * 1024 * 1024)
        for client in clients.prefix(100) {
            try client.send(Samples.get("/echo/awake"))
            #expect(try client.response().text == "awake")
        }
    }

    @Test func theConnectionAfterTheLastIsTurnedAway() throws {
        var limits = HTTPLimits()
        limits.connectionsMax = 2
        let server = try HTTPTestServer(limits: limits)
        let clients = try (0..<2).map { _ in try server.client() }
        for client in clients {
            try client.send(Samples.get("/echo/in"))
            #expect(try client.response().text == "in")
        }
        let third = try server.client()
        let response = try third.response()
        #expect(response.status == 503 && response.closes)
        #expect(server.server.counts.turnedAway == 1)
    }

    @Test func partialBodiesTogetherAreBounded() throws {
        var limits = HTTPLimits()
        limits.partialBytesMax = 10_000
        let server = try HTTPTestServer(limits: limits)
        let first = try server.client()
        try first.send(Samples.request("POST", "/length", ["Content-Length: 9000"], String(repeating: "x", count: 6_000)))
        try server.settle()
        let second = try server.client()
        try second.send(Samples.request("POST", "/length", ["Content-Length: 9000"], String(repeating: "x", count: 6_000)))
        #expect(try second.response().status == 503)
        try first.send(String(repeating: "x", count: 3_000))
        #expect(try first.response().text == "9000")
        // What was held is given back: the next one passes.
        try first.send(Samples.post("/length", String(repeating: "x", count: 9_000)))
        #expect(try first.response().text == "9000")
    }

    private func residentBytes() throws -> Int {
        let file = try #require(fopen("/proc/self/statm", "r"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        try #require(fgets(&line, 256, file) != nil)
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return try #require(Int(text.split(separator: " ")[1])) * 4_096
    }
}

/// Which threads called, and how often each.
private final class SeenThreads: @unchecked Sendable {  // Guarded by `lock`.
    private let lock = Lock()
    private var seen: [pthread_t: Int] = [:]

    var counts: [Int] { lock.withLock { Array(seen.values) } }
    func see() { lock.withLock { seen[pthread_self(), default: 0] += 1 } }
}
