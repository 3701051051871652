import TestKit
import Testing

@testable import HTTP

/// A client's reading of what a server answers.
@Suite struct HTTPAnswerTests {
    private func read(_ pieces: [[UInt8]], bodyBytesMax: Int = 1000) throws(HTTPCallFailure) -> HTTPAnswer? {
        var parser = HTTPAnswerParser(bodyBytesMax: bodyBytesMax)
        for piece in pieces { if let answer = try parser.feed(piece) { return answer } }
        return nil
    }

    private func read(_ text: String, bodyBytesMax: Int = 1000) throws(HTTPCallFailure) -> HTTPAnswer? {
        try read([Array(text.utf8)], bodyBytesMax: bodyBytesMax)
    }

    private static let lamp = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nlamp"
    private static let wholes: [(text: String, status: Int, body: String)] = [
        (lamp, 200, "lamp"), ("HTTP/1.0 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404, ""), ("HTTP/1.1 204\r\n\r\n", 204, ""),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: a\r\n\r\n" + lamp, 200, "lamp"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nla\r\n002 ;ext=\"x\"\r\nmp\r\n0\r\n\r\n", 200, "lamp"),
        ("HTTP/1.1 200 \r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", 200, "0123456789"),
        ("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Length: 004\r\n\r\nlamp", 200, "lamp")
    ]

    @Test(arguments: wholes.indices) func anAnswerIsTheSameHoweverItIsCut(index: Int) throws {
        let (text, status, body) = HTTPAnswerTests.wholes[index]
        for pieces in Cuttings.all(of: Array(text.utf8)) {
            let answer = try #require(try read(pieces))
            #expect(answer.status == status && answer.body == Array(body.utf8))
        }
    }

    @Test(arguments: wholes.indices) func noBeginningIsAnAnswer(index: Int) throws {
        let bytes = Array(HTTPAnswerTests.wholes[index].text.utf8)
        for count in 0..<bytes.count { #expect(try read([Array(bytes[..<count])]) == nil) }
    }

    @Test func headersAreReadable() throws {
        let answer = try #require(try read(HTTPAnswerTests.lamp))
        #expect(answer.headers["content-TYPE"] == "text/plain" && answer.isSuccess)
    }

    @Test(arguments: [
        "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "ICY 200 OK\r\n\r\n",
        "\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nlamp",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nlamp",
        "HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\nlamp", "HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0x4\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nlamp",
        "HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n", "HTTP/1.1 200 OK\r\nX: a\u{1}\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nG\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1 1\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        String(repeating: "HTTP/1.1 100 Continue\r\n\r\n", count: 5)
    ])
    func whatCouldBeReadInTwoWaysIsRefused(text: String) {
        for pieces in Cuttings.all(of: Array(text.utf8)) { #expect(throws: HTTPCallFailure.malformed) { try read(pieces) } }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n3e8\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + String(repeating: "x", count: 300),
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 9000),
        "HTTP/1.1 200 OK\r\n" + String(repeating: "X: a\r\n", count: 101) + "\r\n"
    ])
    func whatIsTooLargeIsRefusedBeforeItIsThere(text: String) {
        for pieces in [[Array(text.utf8)], text.utf8.map { [$0] }] { #expect(throws: HTTPCallFailure.tooLarge) { try read(pieces) } }
    }

    @Test func theLargestBodyIsTakenBothWays() throws {
        let body = String(repeating: "x", count: 1000)
        #expect(try read("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + body)?.body.count == 1000)
        #expect(try read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n\(body)\r\n0\r\n\r\n")?.body.count == 1000)
    }
}
