import HTTP
import TestKit
import Testing

struct HTTPParserTests {
    @Test(arguments: Samples.streams)
    func everyCutInTwoGivesTheSameRequests(_ stream: String) {
        let bytes = Array(stream.utf8)
        let whole = Samples.outputs([bytes])
        #expect(whole.failure == nil && !whole.requests.isEmpty)
        for pieces in Cuttings.inTwo(bytes) {
            #expect(Samples.outputs(pieces).requests == whole.requests, "cut into \(pieces.map(\.count))")
        }
    }

    @Test(arguments: Samples.streams)
    func everyCutInThreeAndEveryByteAloneGiveTheSameRequests(_ stream: String) {
        let bytes = Array(stream.utf8)
        let whole = Samples.outputs([bytes]).requests
        #expect(Samples.outputs(bytes.map { [$0] }).requests == whole)
        for pieces in Cuttings.inThree(bytes, step: 4) { #expect(Samples.outputs(pieces).requests == whole) }
    }

    @Test(arguments: Samples.streams)
    func noTruncatedStreamYieldsItsLastRequest(_ stream: String) {
        let bytes = Array(stream.utf8)
        let count = Samples.outputs([bytes]).requests.count
        #expect(Samples.outputs([bytes.dropLast()]).requests.count == count - 1)
    }

    @Test func aRequestIsTakenApart() throws {
        let type = "content-type: Application/X-WWW-Form-Urlencoded; charset=utf-8"
        let text = Samples.post("/forms/a%20b?q=1+2&q=%C3%A9", "name=Ana", [type])
        let request = try #require(Samples.outputs(text).requests.first)
        #expect(request.method == .post)
        #expect(request.path == "/forms/a%20b")
        #expect(request.segments == ["forms", "a b"])
        #expect(request.query["q"] == "1 2")
        #expect(request.query.values("q") == ["1 2", "é"])
        #expect(request.headers["HOST"] == "bot.example")
        #expect(request.mediaType == "application/x-www-form-urlencoded")
        #expect(try request.form()["name"] == "Ana")
    }

    @Test func aRepeatedHeaderReadsAsOneList() throws {
        let text = Samples.get("/", ["X-Hub-Signature-256: sha256=aa", "x-hub-signature-256: sha256=bb"])
        let request = try #require(Samples.outputs(text).requests.first)
        #expect(request.headers["X-Hub-Signature-256"] == "sha256=aa, sha256=bb")
    }

    @Test(arguments: [
        ("HTTP/1.1", [], true), ("HTTP/1.1", ["Connection: close"], false), ("HTTP/1.1", ["Connection: x, Close"], false),
        ("HTTP/1.0", [], false), ("HTTP/1.0", ["Connection: keep-alive"], true), ("HTTP/1.0", ["Connection: keep-alive, close"], false)
    ])
    func keepAliveFollowsVersionAndConnection(_ version: String, _ headers: [String], _ keepAlive: Bool) throws {
        let text = "GET / \(version)\r\nHost: a\r\n" + headers.map { $0 + "\r\n" }.joined() + "\r\n"
        #expect(try #require(Samples.outputs(text).requests.first).keepAlive == keepAlive)
    }

    @Test func aPeerThatWaitsWithItsBodyIsToldToGoOnOnce() {
        var parser = HTTPParser()
        parser.feed(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n".utf8))
        #expect(parser.next() == .expectsContinue)
        #expect(parser.next() == .needMore)
        parser.feed(Array("ok".utf8))
        guard case .request(let request) = parser.next() else { Issue.record("the request is whole"); return }
        #expect(request.body == Array("ok".utf8))
    }

    @Test func aBodyThatIsTooLargeIsRefusedBeforeItIsAskedFor() {
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3145729\r\nExpect: 100-continue\r\n\r\n"
        var parser = HTTPParser()
        parser.feed(Array(head.utf8))
        #expect(parser.next() == .failure(HTTPFailure(.bodyTooLarge)))
    }

    @Test func theLargestBodyIsTaken() throws {
        var limits = HTTPLimits(bodyBytesMax: 100_000)
        limits.headBytesMax = 200
        let body = String(repeating: "x", count: 100_000)
        let outputs = Samples.outputs(Array(Samples.post("/", body).utf8).chunked(by: 777), limits: limits)
        #expect(try #require(outputs.requests.first).body.count == 100_000)
        #expect(Samples.outputs([Array(Samples.post("/", body + "x").utf8)], limits: limits).failure?.reason == .bodyTooLarge)
    }

    @Test func nothingIsHeldBetweenRequests() {
        var parser = HTTPParser()
        parser.feed(Array(Samples.post("/", "12345").utf8))
        #expect(parser.heldBytes > 0)
        _ = parser.next()
        #expect(parser.heldBytes == 0 && parser.stage == .betweenRequests)
    }

    @Test func anAnnouncedBodyAllocatesNothing() {
        var parser = HTTPParser()
        parser.feed(Array("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\nx".utf8))
        #expect(parser.next() == .needMore)
        #expect(parser.heldBytes == 1 && parser.stage == .body)
    }

    @Test func afterAFailureNothingIsReadAnyMore() {
        var parser = HTTPParser()
        parser.feed(Array("GET / HTTP/1.1\n".utf8))
        #expect(parser.next() == .failure(HTTPFailure(.bareLineFeed)))
        parser.feed(Array(Samples.get().utf8))
        #expect(parser.next() == .failure(HTTPFailure(.bareLineFeed)))
    }
}

extension [UInt8] {
    func chunked(by size: Int) -> [[UInt8]] { stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) } }
}
