import HTTP
import Testing

/// One promise of the strict reading each; `Samples.streams` are the controls that must pass.
struct HTTPRefusalTests {
    @Test func everyTransferEncodingIsRefused() {
        #expect(Samples.refusal(Samples.request("POST", "/", ["Transfer-Encoding: chunked"])) == .transferEncoding)
        #expect(HTTPFailure(.transferEncoding).status.code == 501)
    }

    @Test func aSecondContentLengthIsRefused() {
        #expect(Samples.refusal(Samples.post("/", "12345", ["Content-Length: 5"])) == .duplicateContentLength)
    }

    @Test func aSecondHostIsRefused() { #expect(Samples.refusal(Samples.get("/", ["host: bot.example"])) == .duplicateHost) }

    @Test func aMissingHostIsRefusedIn11Only() {
        #expect(Samples.refusal("GET / HTTP/1.1\r\n\r\n") == .missingHost)
        #expect(Samples.refusal("GET / HTTP/1.0\r\n\r\n") == nil)
    }

    @Test(arguments: ["", "a b", "a/b", "user@a", "a,b"]) func aHostThatIsNoHostIsRefused(_ host: String) {
        #expect(Samples.refusal("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .malformedHost)
    }

    @Test func anAbsoluteTargetMustAgreeWithHost() {
        #expect(Samples.refusal(Samples.get("http://other.example/")) == .malformedHost)
        #expect(Samples.refusal(Samples.get("HTTP://BOT.example/")) == nil)
    }

    @Test(arguments: ["GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "\nGET / HTTP/1.1\r\n"])
    func aBareLineFeedIsRefused(_ text: String) { #expect(Samples.refusal(text) == .bareLineFeed) }

    @Test(arguments: ["GET / HTTP/1.1\rHost: a\r\n\r\n", "GET / HTTP/1.1\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nX: a\r\r\n\r\n"])
    func aBareCarriageReturnIsRefused(_ text: String) { #expect(Samples.refusal(text) == .bareCarriageReturn) }

    @Test(arguments: [" folded", "\tfolded"]) func aFoldedHeaderIsRefused(_ line: String) {
        #expect(Samples.refusal(Samples.get("/", ["X: a", line])) == .foldedLine)
    }

    @Test func aFirstHeaderThatIsFoldedIsRefused() {
        #expect(Samples.refusal("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == .foldedLine)
    }

    @Test(arguments: ["X : a", "X\t: a", "Content-Length : 5"]) func spaceBeforeTheColonIsRefused(_ line: String) {
        #expect(Samples.refusal(Samples.get("/", [line])) == .spaceBeforeColon)
    }

    @Test(arguments: Array(UInt8(0)...31).filter { ![9, 10, 13].contains($0) } + [127])
    func everyControlCharacterIsRefusedWhereverItStands(_ byte: UInt8) {
        let mark = String(UnicodeScalar(byte))
        #expect(Samples.refusal(Samples.get("/", ["X: a\(mark)b"])) == .controlCharacter)
        #expect(Samples.refusal(Samples.get("/", ["X\(mark): a"])) == .controlCharacter)
        #expect(Samples.refusal(Samples.get("/\(mark)")) == .controlCharacter)
    }

    @Test(arguments: ["no colon", ": no name", "a(b): c", "a b: c", "caf\u{e9}: c"]) func aHeaderThatIsNoneIsRefused(_ line: String) {
        #expect(Samples.refusal(Samples.get("/", [line])) == .malformedHeader)
    }

    @Test func aHeaderThatIsNotUTF8IsRefused() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: ".utf8) + [0xe9] + Array("\r\n\r\n".utf8)
        #expect(Samples.outputs([bytes]).failure?.reason == .malformedHeader)
    }

    @Test(arguments: [
        "GET /", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET /a b HTTP/1.1", "G@T / HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/11", "GET / HTTP/1.10", "GET\t/\tHTTP/1.1", "GET / HTTP/a.b"
    ])
    func aRequestLineOfAnotherFormIsRefused(_ line: String) {
        #expect(Samples.refusal("\(line)\r\nHost: a\r\n\r\n") == .malformedRequestLine)
    }

    @Test(arguments: ["HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/3.1"]) func anotherVersionIsRefused(_ version: String) {
        #expect(Samples.refusal("GET / \(version)\r\nHost: a\r\n\r\n") == .unsupportedVersion)
        #expect(HTTPFailure(.unsupportedVersion).status.code == 505)
    }

    @Test(arguments: [
        "*", "a", "//a\\b", "/%", "/%2", "/%zz", "/%ff", "/%00", "/a%2fb", "/a%5Cb", "/..", "/a/../b", "/%2e%2e/a", "/.", "/a#b", "/a\"b",
        "/a?b=%g0", "/a?b=%ff", "/a?%00", "/a?b=\u{e9}", "ftp://bot.example/", "http://bot.example", "bot.example:443"
    ])
    func aTargetWithTwoMeaningsIsRefused(_ target: String) { #expect(Samples.refusal(Samples.get(target)) == .malformedTarget) }

    @Test func anUnknownExpectationIsRefused() {
        #expect(Samples.refusal(Samples.get("/", ["Expect: 200-maybe"])) == .unknownExpectation)
        #expect(HTTPFailure(.unknownExpectation).status.code == 417)
    }

    @Test func theHeadEndsAt8KiB() {
        let frame = Samples.get("/", ["X: "]).utf8.count
        let filling = String(repeating: "x", count: 8 * 1024 - frame)
        #expect(Samples.refusal(Samples.get("/", ["X: " + filling])) == nil)
        #expect(Samples.refusal(Samples.get("/", ["X: x" + filling])) == .headTooLarge)
        #expect(Samples.refusal("GET /" + filling + filling) == .targetTooLong)
        #expect(HTTPFailure(.headTooLarge).status.code == 431)
        #expect(HTTPFailure(.targetTooLong).status.code == 414)
    }

    @Test func theHeadersAreAtMostAHundred() {
        let headers = (1...99).map { "X-\($0): a" }
        #expect(Samples.refusal(Samples.get("/", headers)) == nil)
        #expect(Samples.refusal(Samples.get("/", headers + ["Y: a"])) == .tooManyHeaders)
    }

    @Test func aSecondEmptyLineBeforeARequestIsRefused() {
        #expect(Samples.refusal("\r\n" + Samples.get()) == nil)
        #expect(Samples.refusal("\r\n\r\n" + Samples.get()) == .malformedRequestLine)
    }
}
