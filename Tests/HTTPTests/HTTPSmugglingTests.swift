import HTTP
import Testing

/// Requests whose end two readers could see in two places. None may yield a request; the smuggled one least of all.
struct HTTPSmugglingTests {
    static let lengths = [
        "+5", "-5", "0x5", "5, 5", "5,5", "5 5", "5;", "5.0", "5e0", "\"5\"", "", " ", "five", "\u{ff15}", "5\u{a0}", "\u{a0}5", "5,", "_5",
        "5_"
    ]

    static let encodings = [
        "Transfer-Encoding: chunked", "transfer-encoding: CHUNKED", "Transfer-Encoding:chunked", "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: identity", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity", "Transfer-Encoding:",
        "Transfer-Encoding : chunked", "Transfer-Encoding\t: chunked", " Transfer-Encoding: chunked", "X: a\r\n Transfer-Encoding: chunked",
        "X: a\nTransfer-Encoding: chunked", "X: a\rTransfer-Encoding: chunked", "Transfer-Encoding\u{0}: chunked",
        "\u{b}Transfer-Encoding: chunked", "Transfer-Encoding: \u{b}chunked", "Transfer_Encoding: chunked",
        "Transfer-Encoding\r\n: chunked", "Transfer-Encoding\u{a0}: chunked",
        "X: a\r\r\nTransfer-Encoding: chunked", "TRANSFER_encoding: chunked"
    ]

    private static let hidden = "GET /hidden HTTP/1.1\r\nHost: bot.example\r\n\r\n"

    @Test(arguments: lengths) func aLengthThatIsNotPlainDigitsIsRefused(_ length: String) {
        let text = Samples.request("POST", "/", ["Content-Length: \(length)"], "12345" + Self.hidden)
        let outputs = Samples.outputs(text)
        #expect(outputs.requests.isEmpty)
        #expect(outputs.failure?.status == .badRequest)
    }

    @Test(arguments: encodings) func anEncodingBesideALengthIsRefusedHoweverItIsWritten(_ line: String) {
        for headers in [[line], [line, "Content-Length: 5"], ["Content-Length: 5", line]] {
            let outputs = Samples.outputs(Samples.request("POST", "/", headers, "0\r\n\r\n" + Self.hidden))
            #expect(outputs.requests.isEmpty)
            #expect([400, 501].contains(outputs.failure?.status.code))
        }
    }

    @Test(arguments: ["Content-Length: 5", "content-length: 50", "Content_Length: 0"])
    func twoLengthsAreRefusedEvenWhenTheyAgree(_ second: String) {
        let text = Samples.request("POST", "/", ["Content-Length: 5", second], "12345" + Self.hidden)
        #expect(Samples.outputs(text).requests.isEmpty)
    }

    /// White space around a value is not part of it (RFC 9112 §5.1): these are all the same plain 5.
    @Test(arguments: ["5", " 5", "5 ", "\t5\t", "  5", "005"]) func aPlainLengthIsTaken(_ length: String) {
        let outputs = Samples.outputs(Samples.request("POST", "/", ["Content-Length:\(length)"], "12345" + Self.hidden))
        #expect(outputs.failure == nil)
        #expect(outputs.requests.map(\.path) == ["/", "/hidden"])
        #expect(outputs.requests.first?.body == Array("12345".utf8))
    }

    @Test(arguments: ["99999999999999999999999999", "18446744073709551621", "9223372036854775808"])
    func aLengthBeyondEveryIntegerIsTooLargeAndNeverWraps(_ length: String) {
        #expect(Samples.refusal(Samples.request("POST", "/", ["Content-Length: \(length)"], "12345")) == .bodyTooLarge)
    }
}
