/// A request's head, read strictly (RFC 9112 §2–§7): one way to understand it, or none.
struct HTTPHead {
    let request: HTTPRequest
    let bodyLength: Int
    let expectsContinue: Bool

    /// `bytes` is the head with the CRLF of its last header and without the empty line; the parser has checked line ends
    /// and control characters already.
    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: HTTPLimits) throws(HTTPFailure) {
        var lines = HTTPLines(bytes)
        guard let first = lines.next() else { throw HTTPFailure(.malformedRequestLine) }
        let (method, target, isVersion10) = try HTTPHead.requestLine(first)
        var framing = HTTPFraming()
        var headers = HTTPHeaders()
        headers.reserveCapacity(12)
        while let line = lines.next() {
            let (name, value) = try HTTPHead.field(line)
            try framing.take(name, value)
            headers.append(name, value)
        }
        let parsed = try HTTPTarget(target, method: method)
        bodyLength = try framing.finish(isVersion10: isVersion10, authority: parsed.authority, bodyBytesMax: limits.bodyBytesMax)
        expectsContinue = framing.expectsContinue && !isVersion10 && bodyLength > 0
        request = HTTPRequest(
            method: method, target: String(decoding: target, as: UTF8.self), parsed: parsed, headers: headers,
            keepAlive: framing.keepAlive(isVersion10: isVersion10), isVersion10: isVersion10)
    }

    /// method SP request-target SP HTTP-version, with exactly these two spaces (RFC 9112 §3).
    private static func requestLine(
        _ line: Slice<UnsafeBufferPointer<UInt8>>
    ) throws(HTTPFailure) -> (HTTPMethod, Slice<UnsafeBufferPointer<UInt8>>, Bool) {
        let parts = line.split(separator: Octet.space, maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty, parts[0].allSatisfy(Octet.isToken), !parts[1].isEmpty else {
            throw HTTPFailure(.malformedRequestLine)
        }
        let version = parts[2]
        guard version.count == 8, version.starts(with: "HTTP/".utf8) else { throw HTTPFailure(.malformedRequestLine) }
        let digits = Array(version.dropFirst(5))
        guard Octet.isDigit(digits[0]), digits[1] == UInt8(ascii: "."), Octet.isDigit(digits[2]) else {
            throw HTTPFailure(.malformedRequestLine)
        }
        let isVersion10 = digits[2] == UInt8(ascii: "0")
        guard digits[0] == UInt8(ascii: "1"), isVersion10 || digits[2] == UInt8(ascii: "1") else { throw HTTPFailure(.unsupportedVersion) }
        return (HTTPMethod(rawValue: String(decoding: parts[0], as: UTF8.self)), parts[1], isVersion10)
    }

    /// field-name ":" OWS field-value OWS (RFC 9112 §5).
    static func field(_ line: Slice<UnsafeBufferPointer<UInt8>>) throws(HTTPFailure) -> (name: String, value: String) {
        if let byte = line.first, isBlank(byte) { throw HTTPFailure(.foldedLine) }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex else { throw HTTPFailure(.malformedHeader) }
        let name = line[..<colon]
        if isBlank(name[colon - 1]) { throw HTTPFailure(.spaceBeforeColon) }
        guard name.allSatisfy(Octet.isToken) else { throw HTTPFailure(.malformedHeader) }
        var value = line[(colon + 1)...]
        while let byte = value.first, isBlank(byte) { value.removeFirst() }
        while let byte = value.last, isBlank(byte) { value.removeLast() }
        guard let text = String(validating: value, as: UTF8.self) else { throw HTTPFailure(.malformedHeader) }
        return (String(decoding: name, as: UTF8.self), text)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == Octet.space || byte == Octet.tab }
}

/// The lines of a head without their CRLF.
private struct HTTPLines {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var start = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    mutating func next() -> Slice<UnsafeBufferPointer<UInt8>>? {
        guard start < bytes.count else { return nil }
        var end = start
        while bytes[end] != Octet.carriageReturn { end += 1 }
        defer { start = end + 2 }
        return bytes[start..<end]
    }
}
