import Net
import Testing
import Threads

@testable import HTTP

/// The client and a server that does as it is told, over real sockets.
@Suite struct HTTPClientTests {
    /// Takes one connection, reads its request to the end, says `answer`, and closes or leaves the line open.
    private final class OneAnswer: Sendable {
        let address: SocketAddress
        private let listener: ListeningSocket
        private let request = Answer<String>()

        init(_ answer: String, thenCloses: Bool = true) throws {
            listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 1, nonblocking: false)
            address = try SocketAddress(host: "127.0.0.1", port: listener.port)
            let (listener, request) = (listener, request)
            Thread("one-answer") {
                do {
                    guard let socket = try listener.accept(nonblocking: false) else { return request.fill("nobody came") }
                    defer { socket.close() }
                    var parser = HTTPParser()
                    var buffer = [UInt8](repeating: 0, count: 4096)
                    var text = ""
                    while true {
                        guard let count = try buffer.withUnsafeMutableBytes({ try socket.receive(into: $0) }), count > 0 else { break }
                        text += String(decoding: buffer[..<count], as: UTF8.self)
                        parser.feed(Array(buffer[..<count]))
                        if case .request = parser.next() { break }
                    }
                    _ = try Array(answer.utf8).withUnsafeBytes { try socket.send($0) }
                    request.fill(text)
                    // Until the client has had enough.
                    if !thenCloses { _ = try buffer.withUnsafeMutableBytes { try socket.receive(into: $0) } }
                } catch {
                    request.fill("\(error)")
                }
            }.detach()
        }

        deinit { listener.close() }

        var heard: String { request.wait(milliseconds: 10_000) ?? "nothing" }
    }

    private func post(to server: OneAnswer, timeout: Int64 = 10_000, bytesMax: Int = 1000) throws -> HTTPAnswer {
        try HTTPClient(host: "lamps.example", at: server.address, timeoutMilliseconds: timeout, answerBytesMax: bytesMax)
            .post("/v1/lamps", Array("{}".utf8), type: "application/json")
    }

    @Test func aRequestGoesOutWholeAndItsAnswerComesBack() throws {
        let server = try OneAnswer("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")
        let answer = try post(to: server)
        #expect(answer.status == 201 && answer.body == Array("ok".utf8))
        #expect(server.heard.hasPrefix("POST /v1/lamps HTTP/1.1\r\nHost: lamps.example\r\n") && server.heard.hasSuffix("\r\n\r\n{}"))
    }

    @Test func anAnswerThatIsCutOffIsNone() throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it")
        #expect(throws: HTTPCallFailure.unreachable) { try post(to: server) }
    }

    /// The whole call has one deadline, whatever has come until then.
    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\nhalf of it"])
    func aServerThatFallsSilentIsGivenUp(answer: String) throws {
        let server = try OneAnswer(answer, thenCloses: false)
        #expect(throws: HTTPCallFailure.timedOut) { try post(to: server, timeout: 50) }
    }

    @Test func anAnswerThatIsTooLargeIsNotRead() throws {
        let server = try OneAnswer("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", thenCloses: false)
        #expect(throws: HTTPCallFailure.tooLarge) { try post(to: server) }
    }

    @Test func whereNobodyListensNobodyIsReached() throws {
        let listener = try ListeningSocket(host: "127.0.0.1", port: 0, backlog: 1, nonblocking: false)
        let address = try SocketAddress(host: "127.0.0.1", port: listener.port)
        listener.close()
        let client = HTTPClient(host: "lamps.example", at: address, timeoutMilliseconds: 1000, answerBytesMax: 10)
        #expect(throws: HTTPCallFailure.unreachable) { try client.post("/", [], type: "text/plain") }
    }

    @Test func whatWouldBreakARequestIsNoHostAndNoPath() {
        for host in ["", "a b", "a\r\nX: y", "a/b", "ä"] { #expect(!HTTPClient.isHost(host)) }
        for path in ["", "v1", "/a b", "/a\r\n", "/ä", "/?q", "/#x"] { #expect(!HTTPClient.isPath(path)) }
        #expect(HTTPClient.isHost("lamps.example:8443") && HTTPClient.isHost("[::1]:80") && HTTPClient.isPath("/v1/chat/completions"))
    }
}
