import Net
import Testing
import Threads

@testable import HTTP

@Suite(.serialized)
struct HTTPDrainTests {
    @Test func drainingFinishesWhatHasBegunAndClosesTheRest() throws {
        let server = try HTTPTestServer()
        let (idle, waiting, halfway) = (try server.client(), try server.client(), try server.client())
        try idle.send(Samples.get("/echo/idle"))
        #expect(try idle.response().text == "idle")
        try waiting.send(Samples.get("/held"))
        try halfway.send("GET /echo/halfway HT")
        let reply = server.held.take()
        try server.settle()

        let cut = Cut()
        let (http, port) = (server.server, server.server.port)
        let thread = Thread("drain") { cut.count = http.drain(deadlineMilliseconds: 10_000) }
        #expect(try idle.bytesUntilEnd() == 0)

        #expect(throws: NetError.self) { try HTTPTestClient(port) }
        reply.send(.text("finished"))
        let finished = try waiting.response()
        #expect(finished.text == "finished" && finished.closes)
        #expect(try waiting.bytesUntilEnd() == 0)
        try halfway.send("TP/1.1\r\nHost: a\r\n\r\n")
        let last = try halfway.response()
        #expect(last.text == "halfway" && last.closes)
        waiting.socket.shutDown()
        halfway.socket.shutDown()
        thread.join()
        #expect(cut.count == 0)
    }

    @Test func theDeadlineCutsWhatIsLeft() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/held"))
        let reply = server.held.take()
        #expect(server.server.drain(deadlineMilliseconds: 20) == 1)
        #expect(try client.bytesUntilEnd() == 0)
        #expect(server.server.drain(deadlineMilliseconds: 20) == 0)
        reply.send(.text("nobody is left"))
    }

    @Test func aDrainedPortCanBeBoundAgain() throws {
        let server = try HTTPTestServer()
        let client = try server.client()
        try client.send(Samples.get("/echo/a"))
        _ = try client.response()
        let port = server.server.port
        server.server.drain(deadlineMilliseconds: 1_000)
        try ListeningSocket(host: "127.0.0.1", port: port).close()
    }

    private final class Cut: @unchecked Sendable { var count = -1 }  // Read after `join`.
}
