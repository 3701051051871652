/// What the headers say about where a request ends and whether its connection goes on (RFC 9112 §6, §9).
///
/// Request smuggling lives here: two readers that find different ends. So there is one length, in one form, or a refusal.
struct HTTPFraming {
    private var contentLength: Int?
    private var host: String?
    private var hasTransferEncoding = false
    private var saysClose = false
    private var saysKeepAlive = false
    private(set) var expectsContinue = false

    /// Digits of Content-Length beyond which it can't be an `Int`.
    private static let digitCountMax = 18

    mutating func take(_ name: String, _ value: String) throws(HTTPFailure) {
        switch name.utf8.count {
        case 4 where HTTPHeaders.same(name, "host"):
            guard host == nil else { throw HTTPFailure(.duplicateHost) }
            guard !value.isEmpty, value.utf8.allSatisfy(Octet.isHost) else { throw HTTPFailure(.malformedHost) }
            host = value
        case 6 where HTTPHeaders.same(name, "expect"):
            guard HTTPHeaders.same(value, "100-continue") else { throw HTTPFailure(.unknownExpectation) }
            expectsContinue = true
        case 10 where HTTPHeaders.same(name, "connection"):
            for option in value.utf8.split(separator: UInt8(ascii: ",")) {
                let option = String(decoding: option.filter { $0 != Octet.space && $0 != Octet.tab }, as: UTF8.self)
                if HTTPHeaders.same(option, "close") { saysClose = true }
                if HTTPHeaders.same(option, "keep-alive") { saysKeepAlive = true }
            }
        case 14 where HTTPHeaders.same(name, "content-length"):
            guard contentLength == nil else { throw HTTPFailure(.duplicateContentLength) }
            contentLength = try HTTPFraming.length(value)
        case 17 where HTTPHeaders.same(name, "transfer-encoding"):
            hasTransferEncoding = true
        case 14, 17:
            // CGI-like readers take "_" for "-": what they would see as framing must not pass here as an unknown header.
            let dashed = String(name.map { $0 == "_" ? "-" : $0 })
            let isDisguised = HTTPHeaders.same(dashed, "content-length") || HTTPHeaders.same(dashed, "transfer-encoding")
            if isDisguised { throw HTTPFailure(.disguisedFraming) }
        default: break
        }
    }

    /// The body's length. Transfer-Encoding is refused whatever it says and whatever stands beside it.
    func finish(isVersion10: Bool, authority: String?, bodyBytesMax: Int) throws(HTTPFailure) -> Int {
        if hasTransferEncoding { throw HTTPFailure(.transferEncoding) }
        guard host != nil || isVersion10 else { throw HTTPFailure(.missingHost) }
        if let authority, let host, !HTTPHeaders.same(authority, host) { throw HTTPFailure(.malformedHost) }
        let length = contentLength ?? 0
        // Length first: a lying peer must not make us allocate.
        guard length <= bodyBytesMax else { throw HTTPFailure(.bodyTooLarge) }
        return length
    }

    func keepAlive(isVersion10: Bool) -> Bool { !saysClose && (!isVersion10 || saysKeepAlive) }

    /// 1*DIGIT and nothing else: no sign, no list, no white space, no 0x (RFC 9110 §8.6).
    static func length(_ value: String) throws(HTTPFailure) -> Int {
        guard !value.isEmpty, value.utf8.allSatisfy(Octet.isDigit) else { throw HTTPFailure(.malformedContentLength) }
        let digits = value.utf8.drop { $0 == UInt8(ascii: "0") }
        guard digits.count <= digitCountMax else { throw HTTPFailure(.bodyTooLarge) }
        return digits.reduce(0) { $0 * 10 + Int($1 & 0x0f) }
    }
}
